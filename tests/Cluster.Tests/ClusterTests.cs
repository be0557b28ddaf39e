using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace CachePolicies.Cluster.Tests;

/// <summary>
/// A cluster as it is used: processes, a Redis, requests all the time. CACHEPOLICIES_CLUSTER_REQUESTS says how many requests there are while workers are
/// disturbed; the default of 30 takes a minute, 200 take several.
/// </summary>
public sealed class ClusterTests(ITestOutputHelper output)
{
    private const int WorkerCount = 3;
    private const int Steps = 60;
    private const int AtOnce = 6;
    private const int Pictures = 10;

    private static readonly int Requests =
        int.TryParse(Environment.GetEnvironmentVariable("CACHEPOLICIES_CLUSTER_REQUESTS"), CultureInfo.InvariantCulture, out var requests) ? requests : 30;

    [RedisFact]
    public async Task Every_request_is_answered_once_while_workers_are_killed_paused_and_joined()
    {
        await using var redis = await RedisServer.StartAsync();
        await DisturbAsync("Redis", redis.Connection, Requests);
    }

    [RedisFact]
    public async Task Requests_go_on_while_the_store_is_away_and_while_workers_are_restarted_one_by_one()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var workers = new Workers("Redis", redis.Connection, 2);
        var starting = workers.StartAsync();
        await using var alone = await ServerProcess.StartAsync();
        await starting;
        await using var front = await ServerProcess.StartAsync("front", "Redis", redis.Connection, "--Server:Cluster:MessageTimeout", "00:01:00");
        var expected = await AloneAsync(alone);

        await ServeWhileAsync(front, expected, redis.BeAwayAsync(TimeSpan.FromSeconds(20)));
        await ServeWhileAsync(front, expected, workers.RestartAllAsync());

        Assert.Equal(2, workers.Restarts);
        Assert.Equal(0, front.CountOf("was lost over a request"));
    }

    /// <summary>Serves requests while workers come and go, and checks every answer.</summary>
    private async Task DisturbAsync(string store, string connection, int requests)
    {
        await using var workers = new Workers(store, connection, WorkerCount);
        var starting = workers.StartAsync();
        await using var alone = await ServerProcess.StartAsync();
        await starting;
        await using var front = await ServerProcess.StartAsync("front", store, connection);
        var expected = await AloneAsync(alone);

        using var stop = new CancellationTokenSource();
        var disturbing = workers.DisturbAsync(new Random(5), stop.Token);
        var began = Stopwatch.GetTimestamp();
        var seconds = new double[requests];
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancelled) =>
        {
            var sent = Stopwatch.GetTimestamp();
            (await Answer.OfAsync(front.Client, i % Pictures, Steps, cancellationToken: cancelled)).IsEqualTo(expected[i % Pictures]);
            seconds[i] = Stopwatch.GetElapsedTime(sent).TotalSeconds;
        });
        var whole = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await stop.CancelAsync();
        await disturbing;

        Array.Sort(seconds);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{requests} requests over {WorkerCount} workers by {store} in {whole:F0} s: {workers.Kills} kills, {workers.Pauses} pauses, {workers.Joins} joins, "
            + $"{front.CountOf("was lost over a request")} repetitions; {seconds[requests / 2]:F1} s median, {seconds[^1]:F1} s at most."));
        Assert.True(workers.Kills + workers.Pauses > 0, "Nothing was disturbed.");
    }

    /// <summary>Asks for pictures, two at a time, until something has ended, and checks every answer.</summary>
    private static async Task ServeWhileAsync(ServerProcess front, Answer[] expected, Task something)
    {
        async Task ServeAsync(int seed)
        {
            do
            {
                (await Answer.OfAsync(front.Client, seed, Steps)).IsEqualTo(expected[seed]);
            }
            while (!something.IsCompleted);
        }

        await Task.WhenAll(ServeAsync(0), ServeAsync(1));
        await something;
    }

    private static async Task<Answer[]> AloneAsync(ServerProcess alone)
    {
        var answers = new Answer[Pictures];
        for (var seed = 0; seed < Pictures; seed++)
        {
            answers[seed] = await Answer.OfAsync(alone.Client, seed, Steps);
        }

        return answers;
    }
}
