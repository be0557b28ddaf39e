using System.Globalization;
using System.Text;
using CachePolicies.Hosting;
using CachePolicies.Policies;
using Microsoft.Extensions.DependencyInjection;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// Thousands of generations in one host, 64 requests at a time, four running at once over shared stage runs or each alone, with faults mixed in: what comes
/// out must be what the same request gives alone, and memory must not grow.
/// </summary>
internal static class SoakBench
{
    private const int InFlight = 64;
    private const int Generations = 10_000;
    private const int Lines = 10;

    private const string Introduction = """
        # Ten thousand generations with faults

        One host, the sample model, 64 requests in flight. A request has a policy, a prompt, a seed, a number of steps (2 to 10) and a fate drawn at random from
        a fixed seed: most run to the end; the others are cancelled after some steps, dropped by their reader, read by one that stalls, refused for a setting,
        or fail in the middle of a step by a policy that throws. Each picture that comes out is compared, bit for bit, with the one that the same request gives
        with nothing beside it. Managed memory is after a full collection while nothing runs, native memory is the process's resident memory less the managed
        heap, live tensors are those that somebody still holds, pooled memory is kept for reuse.

        Repeat: `dotnet run -c Release --project bench -- soak`; `--rounds N` makes N generations.

        """;

    public static void Run(BenchOptions options)
    {
        var report = new StringBuilder(Introduction);
        foreach (var concurrent in (int[])[1, 4])
        {
            report.Append(Soak(options, concurrent, options.Rounds ?? Generations).GetAwaiter().GetResult());
        }

        options.Publish("soak.md", report.ToString());
    }

    private static async Task<string> Soak(BenchOptions options, int concurrent, int generations)
    {
        var services = Services(options, concurrent);
        await using var disposing = services.ConfigureAwait(false);
        var run = new SoakRun(services);
        var progress = new Progress(Invariant($"soak, {concurrent} at once"), Lines);
        await run.LearnAsync().ConfigureAwait(false);
        var table = new StringBuilder(Invariant($"\n## {(concurrent == 1 ? "One generation at a time" : $"{concurrent} generations at once, sharing stage runs")}\n\n"));
        table.Append("| generations | pictures | equal | cancelled | dropped | refused | failed | managed MB | native MB | live tensors | pooled MB |\n");
        table.Append("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (var line = 1; line <= Lines; line++)
        {
            await run.GenerateAsync(generations / Lines, InFlight).ConfigureAwait(false);
            var tally = run.Tally;
            var memory = MemoryInUse.Now(run.Backend);
            table.Append(Invariant($"| {tally.Generations} | {tally.Pictures} | {tally.Equal} | {tally.Cancelled} | {tally.Dropped} | {tally.Refused} | {tally.Failed} "));
            table.Append(Invariant($"| {memory.Managed:F1} | {memory.Native:F0} | {memory.LiveTensors} | {memory.Pooled:F1} |\n"));
            progress.Done(Invariant($"{tally.Generations} generations"));
        }

        table.Append(run.Different.Count == 0
            ? Invariant($"\nEvery picture was equal to the one made alone. Unexpected exceptions: {run.Unexpected.Count}.\n")
            : Invariant($"\nDifferent pictures: {run.Different.Count}, the first: {run.Different[0]}.\n"));
        foreach (var problem in run.Unexpected.Take(5))
        {
            table.Append(CultureInfo.InvariantCulture, $"\n- {problem}\n");
        }

        return table.ToString();
    }

    private static ServiceProvider Services(BenchOptions options, int concurrent)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCachePolicies(o =>
            {
                o.MaximumConcurrentGenerations = concurrent;
                o.MaximumQueuedGenerations = InFlight;
                o.MaximumQueueTime = TimeSpan.FromMinutes(10);
            })
            .UseOnnxRuntime(o =>
            {
                o.Providers = ["CPU"];
                o.Threads = 1;
            })
            .UseModel(options.ModelDirectory)
            .AddNoCache()
            .AddH2Cache(o => (o.StructureThreshold, o.DetailThreshold) = (0.3f, 0.2f))
            .AddBlockCache(o => o.Threshold = 0.2f)
            .AddTeaCache(o => o.Threshold = 0.2f)
            .AddDiCache(o => o.Threshold = 0.2f)
            .AddEasyCache(o => o.Threshold = 0.2f)
            .AddTaylorSeer(o => o.Interval = 3)
            .AddLogSnr(o => o.Evaluations = 2)
            .AddCachePolicy<FailingPolicy, NoneOptions>(FailingPolicy.PolicyName);
        return services.BuildServiceProvider();
    }
}
