using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace CachePolicies.Bench;

/// <summary>Sends requests, well-behaved and not. Thread-safe.</summary>
internal sealed class LoadClient(Uri server) : IDisposable
{
    private static readonly Uri Generations = new("/v1/images/generations", UriKind.Relative);

    /// <summary>The client for what is well-behaved.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10) }) { BaseAddress = server, Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Asks and reads the whole answer.</summary>
    public async Task<string> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Generations) { Content = content };
        request.Headers.ExpectContinue = body.Length > 1 << 16; // The server refuses a large body unread; the answer is not lost in the middle of sending.
        return await SendAsync(request, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Asks for a list.</summary>
    public async Task<string> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Asks and goes away after a while.</summary>
    public async Task<string> LeaveAsync(byte[] body, TimeSpan after)
    {
        using var leaving = new CancellationTokenSource(after);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, Generations) { Content = content };
        try
        {
            return await SendAsync(request, leaving.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return "left";
        }
    }

    /// <summary>Asks for a stream and reads nothing of it.</summary>
    public async Task<string> StallAsync(byte[] body, TimeSpan during)
    {
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(server.Host, server.Port).ConfigureAwait(false);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(body.Length)).ConfigureAwait(false);
        await stream.WriteAsync(body).ConfigureAwait(false);
        await Task.Delay(during).ConfigureAwait(false);
        return "left";
    }

    /// <summary>Sends a byte of the body a second and waits for an answer.</summary>
    public async Task<string> DribbleAsync(TimeSpan atMost)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port).ConfigureAwait(false);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(4096)).ConfigureAwait(false);
        var answer = new byte[64];
        var reading = stream.ReadAsync(answer).AsTask();
        for (var seconds = 0; seconds < atMost.TotalSeconds; seconds++)
        {
            if (await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false) == reading)
            {
                var read = await reading.ConfigureAwait(false);
                return read == 0 ? "closed" : Encoding.ASCII.GetString(answer, 0, read).Split(' ')[1];
            }

            await stream.WriteAsync(" "u8.ToArray()).ConfigureAwait(false);
        }

        return "no answer";
    }

    public void Dispose() => Http.Dispose();

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await Http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private byte[] Head(int length) => Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"POST {Generations} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"));
}
