using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CachePolicies.Server.Tests;

/// <summary>Clients that send slowly, do not read, or are too many.</summary>
public sealed class SlowClientTests
{
    private static readonly object Quick = new { prompt = "red apple", cachepolicies = new { steps = 1 } };

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_answered_and_ended()
    {
        await using var server = await RunningServer.StartAsync();
        using var client = await ConnectAsync(server);
        await SendAsync(client, 4096, "{");
        var reading = new StreamReader(client.GetStream(), Encoding.ASCII).ReadToEndAsync();
        for (var second = 0; second < 30 && !reading.IsCompleted; second++)
        {
            await Task.WhenAny(reading, Task.Delay(1000));
            await client.GetStream().WriteAsync(" "u8.ToArray()).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }

        var answer = await reading.WaitAsync(Patience.Limit);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"timeout\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_never_end_are_not_waited_for()
    {
        await using var server = await RunningServer.StartAsync();
        using var client = await ConnectAsync(server);
        await client.GetStream().WriteAsync("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray());
        var began = Stopwatch.GetTimestamp();

        Assert.DoesNotContain("200", await new StreamReader(client.GetStream(), Encoding.ASCII).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 5, 60);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_delays_nobody_and_holds_nothing()
    {
        await using var server = await RunningServer.StartAsync("--Server:ConcurrentRequests", "100");
        await server.AnswerAsync(Quick);
        var stalled = new List<TcpClient>();
        for (var i = 0; i < 8; i++)
        {
            var client = await ConnectAsync(server);
            client.ReceiveBufferSize = 2048;
            const string Body = """{"prompt":"red apple","n":4,"stream":true,"cachepolicies":{"policy":"TeaCache","steps":150,"progress":true}}""";
            await SendAsync(client, Body.Length, Body);
            stalled.Add(client);
        }

        await server.AnswerAsync(Quick);
        Assert.Equal(0, await server.LiveTensorsAtRestAsync());
        stalled.ForEach(c => c.Dispose());
        await server.AnswerAsync(Quick);
    }

    [Fact]
    public async Task Connections_over_the_limit_are_closed_and_the_server_goes_on()
    {
        const int Limit = 300;
        await using var server = await RunningServer.StartAsync("--Server:MaximumConnections", $"{Limit}");
        await server.AnswerAsync(Quick);
        var clients = new List<TcpClient>();
        var closed = new List<Task<bool>>();
        for (var i = 0; i < 2000; i++)
        {
            var client = await ConnectAsync(server);
            clients.Add(client);
            closed.Add(IsClosedAsync(client));
        }

        await Patience.UntilAsync(() => closed.Count(c => c.IsCompleted) >= 2000 - Limit);
        Assert.InRange(closed.Count(c => c.IsCompleted), 2000 - Limit, 2000 - Limit + 1);
        await server.AnswerAsync(Quick); // On the connection that was there before.
        clients.ForEach(c => c.Dispose());
        using var newcomer = new HttpClient { BaseAddress = server.Address };
        for (var i = 0; ; i++)
        {
            try
            {
                Assert.Equal("Healthy", await newcomer.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
                break;
            }
            catch (HttpRequestException) when (i < 1000)
            {
                await Task.Delay(50); // The server has not noticed yet that the others are gone.
            }
        }
    }

    private static async Task<TcpClient> ConnectAsync(RunningServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        return client;
    }

    private static async Task SendAsync(TcpClient client, int length, string body) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
        $"POST /v1/images/generations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"));

    private static async Task<bool> IsClosedAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]) == 0;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return true;
        }
    }
}
