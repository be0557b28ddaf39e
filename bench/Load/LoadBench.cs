using System.Collections.Concurrent;
using System.Diagnostics;

namespace CachePolicies.Bench;

/// <summary>Thousands of requests over the loopback interface, half of them wrong, slow or gone: what the server answers, and what it holds afterwards.</summary>
internal static class LoadBench
{
    private const int Seed = 15;
    private const int InFlight = 32;
    private const int Samples = 20;

    public static void Run(BenchOptions options) => RunAsync(options).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchOptions options)
    {
        var deal = LoadKind.Deal(options.Rounds ?? 10_000, Seed);
        var (server, address) = await ServerProcess.StartAsync(
            "--Server:RequestsPerMinute", "1000000", "--Server:ConcurrentRequests", "100000", "--CachePolicies:MaximumQueuedGenerations", "256", "--Logging:LogLevel:CachePolicies", "Error").ConfigureAwait(false);
        await using var serving = server.ConfigureAwait(false);
        using var client = new LoadClient(address);
        var states = new List<ServerState>();
        var answers = new ConcurrentBag<LoadAnswer>();
        var progress = new Progress("load", Samples);
        var began = Stopwatch.GetTimestamp();
        foreach (var part in deal.Chunk(Math.Max(1, deal.Length / Samples)))
        {
            await Parallel.ForEachAsync(part.Index(), new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (item, _) => answers.Add(await AskAsync(client, item.Item, new Random(HashCode.Combine(Seed, states.Count, item.Index))).ConfigureAwait(false))).ConfigureAwait(false);
            states.Add(await ServerState.ReadAsync(client.Http, answers.Count).ConfigureAwait(false));
            progress.Done($"{answers.Count} requests");
        }

        var elapsed = Stopwatch.GetElapsedTime(began);
        var last = await RestAsync(client.Http, answers.Count).ConfigureAwait(false);
        options.Publish("load.md", LoadReport.Of(answers, states, last, elapsed, InFlight, server));
    }

    private static async Task<LoadAnswer> AskAsync(LoadClient client, LoadKind kind, Random random)
    {
        var began = Stopwatch.GetTimestamp();
        string outcome;
        try
        {
            outcome = await kind.SendAsync(client, random).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            outcome = failure.GetType().Name;
        }

        return new LoadAnswer(kind, outcome, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>What the server holds once it has had time to notice who left.</summary>
    private static async Task<ServerState> RestAsync(HttpClient client, int requests)
    {
        var state = await ServerState.ReadAsync(client, requests).ConfigureAwait(false);
        for (var i = 0; i < 60 && !state.IsAtRest; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500)).ConfigureAwait(false);
            state = await ServerState.ReadAsync(client, requests).ConfigureAwait(false);
        }

        return state;
    }
}

/// <summary>How a request was answered.</summary>
/// <param name="Kind">What was sent.</param>
/// <param name="Outcome">The status, or what happened in its place.</param>
/// <param name="Elapsed">How long it took.</param>
internal readonly record struct LoadAnswer(LoadKind Kind, string Outcome, TimeSpan Elapsed)
{
    /// <summary>Whether it was answered as it should be. A client that means to leave may be answered first.</summary>
    public bool IsExpected => Outcome == Kind.Expected || (Kind.Expected == "left" && Outcome == "200");
}
