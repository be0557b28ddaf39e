using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Server.Tests;

/// <summary>What is logged, at the most talkative level.</summary>
public sealed class SecrecyTests
{
    private const string Key = "cp-very-secret-key";
    private const string Wrong = "cp-another-secret-key";

    [Fact]
    public async Task Neither_keys_nor_prompts_are_logged()
    {
        var log = new Recorder();
        await using var app = ServerApplication.Create(
            ["--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Trace", "--Logging:LogLevel:Microsoft.AspNetCore", "Trace", "--Server:ApiKeys:alice:Hash", ApiKeyHash.Of(Key)],
            builder => builder.Logging.ClearProviders().AddProvider(log));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        await AskAsync(client, Key, new { prompt = "red apple", cachepolicies = new { steps = 1, negative_prompt = "green apple" } }, 200);
        await AskAsync(client, Key, new { prompt = "confidential unicorn" }, 400);
        await AskAsync(client, Key, new { prompt = "red apple", stream = true, cachepolicies = new { steps = 1, progress = true } }, 200);
        await AskAsync(client, Key, new { prompt = "red apple", cachepolicies = new { overrides = new { Threshold = "confidential" } } }, 400);
        await AskAsync(client, Wrong, new { prompt = "red apple" }, 401);
        await app.StopAsync();

        Assert.Contains(log.Messages, m => m.Contains("alice", StringComparison.Ordinal));
        string[] secrets = [Key, Wrong, ApiKeyHash.Of(Key)[7..], "apple", "unicorn", "confidential"];
        Assert.DoesNotContain(log.Messages, m => secrets.Any(s => m.Contains(s, StringComparison.OrdinalIgnoreCase)));
    }

    private static async Task AskAsync(HttpClient client, string key, object body, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations") { Content = JsonContent.Create(body), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        using var response = await client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Messages { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Messages.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
