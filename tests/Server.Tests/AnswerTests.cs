using System.Net;
using System.Text.Json;
using CachePolicies.Hosting;
using CachePolicies.Reporting;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class AnswerTests(SharedServer shared)
{
    private RunningServer Server => shared.Server;

    [Fact]
    public async Task A_picture_equals_that_of_the_generator_to_the_bit_and_the_answer_says_what_the_cache_did()
    {
        var answer = await Server.AnswerAsync(new
        {
            prompt = "red apple",
            cachepolicies = new { policy = "TeaCache", steps = 20, guidance = 2, seed = 7, style = "fluent", overrides = new { Threshold = 0.2, Approximation = new { Damping = 0.25 } } },
        });

        var generator = Server.App.Services.GetRequiredKeyedService<ITextToImageGenerator>("emoji");
        var expected = await generator.GenerateImageAsync(new("red apple")
        {
            Policy = "TeaCache",
            PolicyOverrides = new CachePolicyOverrides().Set("Threshold", "0.2").Set("Approximation.Damping", "0.25"),
            Steps = 20,
            Guidance = 2,
            Seed = 7,
            Style = "fluent",
            ReportDecisions = true,
        });
        Assert.Equal(Png.Encode(expected.Image), answer.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64());
        var cache = answer.GetProperty("cachepolicies");
        Assert.Equal("TeaCache", cache.GetProperty("policy").GetString());
        Assert.Equal(expected.Report!.Steps.Full, cache.GetProperty("steps").GetProperty("full").GetDouble());
        Assert.Equal(expected.Report.Steps.Skipped, cache.GetProperty("steps").GetProperty("skipped").GetDouble());
        Assert.Equal(20, cache.GetProperty("steps").EnumerateObject().Sum(s => s.Value.GetDouble()));
        Assert.True(cache.GetProperty("estimated_speedup").GetDouble() > 1);
        Assert.True(cache.GetProperty("seconds").GetDouble() > 0);
    }

    [Fact]
    public async Task A_request_without_a_seed_gets_a_new_one_that_repeats_the_picture()
    {
        var first = await Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 4 } });
        var second = await Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 4 } });
        var seed = first.GetProperty("cachepolicies").GetProperty("seed").GetInt64();
        var repeated = await Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 4, seed } });

        Assert.NotEqual(seed, second.GetProperty("cachepolicies").GetProperty("seed").GetInt64());
        Assert.Equal(PictureOf(first), PictureOf(repeated));
        Assert.NotEqual(PictureOf(first), PictureOf(second));
    }

    [Fact]
    public async Task Progress_tells_each_step_with_its_distances_and_a_preview()
    {
        using var response = await Server.GenerateAsync(new { prompt = "red apple", stream = true, cachepolicies = new { policy = "TeaCache", steps = 12, seed = 1, progress = true } });
        var events = Events.Parse(await response.Content.ReadAsStringAsync());

        var steps = events.Where(e => e.Type == "cachepolicies.progress").SelectMany(e => e.Data.GetProperty("evaluations").EnumerateArray()).ToArray();
        Assert.Equal(Enumerable.Range(0, 12), steps.Select(s => s.GetProperty("step").GetInt32()));
        Assert.Contains(steps, s => s.GetProperty("letter").GetString() == "r");
        Assert.All(steps, s => Assert.Equal(s.GetProperty("letter").GetString() == "C" ? "full" : "skipped", s.GetProperty("computed").GetString()));
        Assert.Contains(steps, s => s.GetProperty("checks")[0].TryGetProperty("distance", out var d) && d.ValueKind == JsonValueKind.Number);
        Assert.All(events.Where(e => e.Type == "cachepolicies.progress"), e => Assert.Equal(32, PictureFile.Decode(e.Data.GetProperty("b64_json").GetBytesFromBase64()).Width));
        Assert.Equal("image_generation.completed", events[^1].Type);
    }

    [Fact]
    public async Task A_stream_of_several_pictures_ends_with_one_event_for_each_seed()
    {
        using var response = await Server.GenerateAsync(new { prompt = "red apple", n = 3, stream = true, partial_images = 2, cachepolicies = new { policy = "None", steps = 6, seed = 40, progress = true } });
        var events = Events.Parse(await response.Content.ReadAsStringAsync());

        var pictures = events.Where(e => e.Type == "image_generation.completed").Select(e => PictureFile.Decode(e.Data.GetProperty("b64_json").GetBytesFromBase64())).ToArray();
        Assert.Equal(["image_generation.completed", "image_generation.completed", "image_generation.completed"], events.TakeLast(3).Select(e => e.Type));
        Assert.Equal((6, 2), (events.Count(e => e.Type == "cachepolicies.progress" && e.Data.GetProperty("total").GetInt32() > 0), events.Count(e => e.Type == "image_generation.partial_image")));
        for (var i = 0; i < 3; i++)
        {
            var alone = await Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { policy = "None", steps = 6, seed = 40 + i } });
            Assert.True(ImageQuality.Psnr(pictures[i], PictureFile.Decode(Convert.FromBase64String(PictureOf(alone)))) > 50, $"Picture {i} is not that of the seed {40 + i}.");
        }
    }

    [Fact]
    public async Task Policies_are_described_with_their_symbols_and_values()
    {
        var answer = JsonSerializer.Deserialize<JsonElement>(await Server.Client.GetStringAsync("/v1/policies"));
        var policies = answer.GetProperty("data").EnumerateArray().ToDictionary(p => p.GetProperty("id").GetString()!);

        Assert.Equal("H2Cache", answer.GetProperty("default").GetString());
        var threshold = policies["H2Cache"].GetProperty("settings").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "StructureThreshold");
        Assert.Equal("τ1", threshold.GetProperty("symbol").GetString());
        Assert.Equal(("0.22", "0.15", "float"), (threshold.GetProperty("value").GetString(), threshold.GetProperty("default").GetString(), threshold.GetProperty("type").GetString()));
        var method = policies["H2Cache"].GetProperty("settings").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "Approximation.Method");
        Assert.Equal(("Taylor", "Plain", "SkipMethod"), (method.GetProperty("value").GetString(), method.GetProperty("default").GetString(), method.GetProperty("type").GetString()));
        Assert.True(threshold.GetProperty("worth").GetArrayLength() > 3);
        Assert.DoesNotContain(policies.Values.SelectMany(p => p.GetProperty("settings").EnumerateArray()), s => s.GetProperty("kind").GetString() == "file");
    }

    [Theory]
    [InlineData("/health/live", "Healthy")]
    [InlineData("/health/ready", "Healthy")]
    [InlineData("/openapi/v1.json", "image_generation.partial_image")]
    [InlineData("/docs", "openapi")]
    [InlineData("/metrics", "cachepolicies_")]
    public async Task What_an_operator_looks_at_answers(string path, string expected)
    {
        await Server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 2 } });

        Assert.Contains(expected, await Server.Client.GetStringAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_host_name_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = "evil.example";
        using var response = await Server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static string PictureOf(JsonElement answer) => answer.GetProperty("data")[0].GetProperty("b64_json").GetString()!;
}
