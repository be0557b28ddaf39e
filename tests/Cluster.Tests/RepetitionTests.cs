namespace CachePolicies.Cluster.Tests;

/// <summary>A worker that is lost costs a repetition and nothing else.</summary>
public sealed class RepetitionTests
{
    private const int Seed = 7;
    private const int Steps = 150;

    [RedisFact]
    public Task A_request_goes_on_when_its_worker_is_killed() => LoseAsync(static worker => worker.Kill());

    [RedisFact]
    public Task A_request_goes_on_when_its_worker_no_longer_answers() => LoseAsync(static worker => worker.Pause());

    private static async Task LoseAsync(Action<ServerProcess> lose)
    {
        await using var redis = await RedisServer.StartAsync();
        var starting = ServerProcess.StartAsync();
        await using var first = await ServerProcess.StartAsync("worker", "Redis", redis.Connection);
        await using var front = await ServerProcess.StartAsync("front", "Redis", redis.Connection);
        await using var alone = await starting;
        var expected = await Answer.OfAsync(alone.Client, Seed, Steps);

        var begun = new TaskCompletionSource();
        var answering = Answer.OfAsync(front.Client, Seed, Steps, step => begun.TrySetResult());
        await Task.WhenAny(begun.Task, answering);
        lose(first);
        await using var second = await ServerProcess.StartAsync("worker", "Redis", redis.Connection);
        var answer = await answering;

        Assert.Equal(1, front.CountOf("was lost over a request"));
        Assert.NotEmpty(answer.Previews.Keys.Intersect(expected.Previews.Keys));
        answer.IsEqualTo(expected);
    }
}
