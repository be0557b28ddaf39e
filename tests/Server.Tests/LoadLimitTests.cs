using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CachePolicies.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Server.Tests;

/// <summary>Too much at once, clients that leave, and a server that stops.</summary>
public sealed class LoadLimitTests
{
    private static readonly object Long = new { prompt = "red apple", cachepolicies = new { policy = "None", steps = 150 } };

    [Fact]
    public async Task A_full_queue_answers_429_and_says_when_to_come_again()
    {
        await using var server = await RunningServer.StartAsync("--CachePolicies:MaximumQueuedGenerations", "1", "--Server:ConcurrentRequests", "100");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.GenerateAsync(Long)));

        Assert.Equal(2, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.OK), a =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, a.StatusCode);
            Assert.InRange(a.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        });
        Assert.Equal("queue_full", (await answers.First(a => !a.IsSuccessStatusCode).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(0, await server.LiveTensorsAtRestAsync());
    }

    [Theory]
    [InlineData("--Server:RequestsPerMinute")]
    [InlineData("--Server:ConcurrentRequests")]
    public async Task A_client_has_its_limit(string limit)
    {
        await using var server = await RunningServer.StartAsync(limit, "2");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.GenerateAsync(Long)));

        Assert.Equal(2, answers.Count(a => a.IsSuccessStatusCode));
        Assert.All(answers.Where(a => !a.IsSuccessStatusCode), a => Assert.Equal((HttpStatusCode.TooManyRequests, true), (a.StatusCode, a.Headers.RetryAfter is not null)));
    }

    [Fact]
    public async Task A_client_that_leaves_frees_the_device()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 1 } });
        using (var leaving = new CancellationTokenSource())
        {
            var request = server.GenerateAsync(Long, leaving.Token);
            while (server.LiveTensors == 0)
            {
                await Task.Delay(1);
            }

            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }

        Assert.Equal(0, await server.LiveTensorsAtRestAsync());
        await server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 1 } });
    }

    [Fact]
    public async Task A_server_that_stops_finishes_what_runs()
    {
        var server = await RunningServer.StartAsync();
        await server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { steps = 1 } });
        var running = server.GenerateAsync(Long);
        while (server.LiveTensors == 0)
        {
            await Task.Delay(1);
        }

        var stopping = server.App.StopAsync();
        using var answer = await running;
        await stopping;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.GenerateAsync(Long));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_folder_that_takes_no_pictures_is_told_and_leaves_nothing()
    {
        var file = Path.GetTempFileName();
        await using var server = await RunningServer.StartAsync("--Server:Pictures:Directory", file);
        using var response = await server.GenerateAsync(new { prompt = "red apple", response_format = "url", cachepolicies = new { steps = 1 } });

        Assert.Equal(507, (int)response.StatusCode);
        Assert.Contains("insufficient_storage", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Further_names_of_policies_have_settings_of_their_own()
    {
        await using var server = await RunningServer.StartAsync("--Server:Policies:Gentle", "TeaCache", "--CachePolicies:Gentle:Threshold", "0");
        var answer = await server.AnswerAsync(new { prompt = "red apple", cachepolicies = new { policy = "gentle", steps = 5 } });

        Assert.Equal("Gentle", answer.GetProperty("cachepolicies").GetProperty("policy").GetString());
        Assert.Equal(5, answer.GetProperty("cachepolicies").GetProperty("steps").GetProperty("full").GetDouble());
        Assert.Contains("Gentle", server.App.Services.GetRequiredService<ICachePolicyProvider>().Names);
    }
}
