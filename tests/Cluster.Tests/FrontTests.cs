using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CachePolicies.Cluster.Tests;

/// <summary>A front answers as a server that has the models itself.</summary>
public sealed class FrontTests
{
    [RedisFact]
    public async Task A_front_answers_as_if_it_had_the_models_and_a_client_that_leaves_frees_the_worker()
    {
        await using var redis = await RedisServer.StartAsync();
        var starting = ServerProcess.StartAsync("worker", "Redis", redis.Connection);
        await using var front = await ServerProcess.StartAsync("front", "Redis", redis.Connection);
        await using var worker = await starting;

        var models = await front.Client.GetFromJsonAsync<JsonElement>(new Uri("/v1/models", UriKind.Relative));
        Assert.Equal("emoji", models.GetProperty("data")[0].GetProperty("id").GetString());
        var policies = await front.Client.GetFromJsonAsync<JsonElement>(new Uri("/v1/policies", UriKind.Relative));
        Assert.Equal("H2Cache", policies.GetProperty("default").GetString());
        Assert.NotEmpty(policies.GetProperty("data").EnumerateArray().First(p => p.GetProperty("id").GetString() == "TeaCache").GetProperty("settings").EnumerateArray());

        using var unknown = await GenerateAsync(front, new { prompt = "red apple", model = "emojo" });
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var wrong = await GenerateAsync(front, new { prompt = "red apple", cachepolicies = new { policy = "TeaCach" } });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("TeaCache", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var elsewhere = await GenerateAsync(worker, new { prompt = "red apple" });
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);

        // The worker makes one picture at a time. Were those that nobody waits for any more made as well, they would be counted.
        using var leaving = new CancellationTokenSource();
        var left = Enumerable.Range(0, 8).Select(seed => Answer.OfAsync(front.Client, seed, 150, _ => leaving.Cancel(), leaving.Token)).ToArray();
        await Task.WhenAll(left.Select(l => Assert.ThrowsAnyAsync<OperationCanceledException>(() => l)));
        using var last = await GenerateAsync(front, new { prompt = "red apple", cachepolicies = new { steps = 1 } });
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);
        Assert.InRange(await CountAsync(worker, "cachepolicies_generation_duration_seconds_count"), 1, 2);
        Assert.Equal(0, front.CountOf("was lost over a request"));
        Assert.Equal(0, worker.CountOf("A generation failed"));
    }

    /// <summary>The sum of a metric over its labels.</summary>
    private static async Task<double> CountAsync(ServerProcess server, string metric) => (await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)))
        .Split('\n')
        .Where(l => l.StartsWith(metric, StringComparison.Ordinal) && !l.StartsWith(metric + "_", StringComparison.Ordinal))
        .Sum(l => double.Parse(l[(l.IndexOf('}', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[l.Contains('}', StringComparison.Ordinal) ? 0 : 1], CultureInfo.InvariantCulture));

    private static Task<HttpResponseMessage> GenerateAsync(ServerProcess server, object body) => server.Client.PostAsJsonAsync("/v1/images/generations", body);
}
