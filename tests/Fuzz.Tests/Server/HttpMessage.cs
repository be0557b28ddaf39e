using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CachePolicies.Fuzz;

/// <summary>
/// The bytes of a request over HTTP, whatever is asked for: the page and its files, models, policies, stored pictures, pictures. It is answered or the connection
/// is closed; never with an error of the server's own, and with nothing of its inside.
/// </summary>
internal sealed class HttpMessage : FuzzedFormat
{
    private const string Body = """{ "prompt": "red apple", "cachepolicies": { "policy": "None", "steps": 2, "seed": 1 } }""";

    public override string FileName => "request.http";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Get("/v1/policies?model=emoji"),
        Get("/"),
        Get("/playground/main.js", "If-None-Match: \"x\"\r\nAccept-Encoding: gzip\r\n"),
        Get("/v1/models/emoji", "Authorization: Bearer cp-00\r\n"),
        Get("/v1/models"),
        Get("/playground/card.css", "Range: bytes=0-10\r\n"),
        Get("/health/ready"),
        Get("/metrics", "Accept: application/openmetrics-text; version=1.0.0\r\n"),
        Get("/openapi/v1.json"),
        Resource.Text($"POST /v1/images/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"),
        Resource.Text($"POST /v1/images/generations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{Body.Length:x}\r\n{Body}\r\n0\r\n\r\n"),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(RequestRefusedException)];

    public override int Inputs => 150;

    /// <summary>As for <see cref="PictureRequest"/>.</summary>
    public override TimeSpan LongestRead => TimeSpan.FromSeconds(10);

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => TextMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        var answer = Exchange(File.ReadAllBytes(path));
        FuzzedServer.RequireRest();
        Require(!answer.Contains("\n   at ", StringComparison.Ordinal), $"The answer shows the server's inside: {answer}");

        var status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && answer.Length >= 12 ? int.Parse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        if (status is 0 or (>= 400 and < 500) or 505)
        {
            throw new RequestRefusedException(status == 0 ? "The connection was closed." : answer[..answer.IndexOf('\r', StringComparison.Ordinal)]);
        }

        Require(status < 500, answer);
    }

    private string Exchange(byte[] request)
    {
        using var connection = new TcpClient();
        connection.Connect(FuzzedServer.Address.Host, FuzzedServer.Address.Port);
        using var answer = new MemoryStream();
        try
        {
            connection.Client.Send(request);

            // The server waits for the rest of what is unfinished, and lets go of what a client that has left asked for.
            connection.ReceiveTimeout = IsWhole(request) ? 60_000 : 100;
            if (!Receive(connection.Client, answer))
            {
                connection.Client.Shutdown(SocketShutdown.Send);
                connection.ReceiveTimeout = 20_000;
                Require(Receive(connection.Client, answer), "The connection stays open after the client has left.");
            }
        }
        catch (SocketException closed) when (closed.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            // A server that does not want the rest closes.
        }

        return Encoding.Latin1.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    private bool IsWhole(byte[] request) => Seeds.Any(s => s.AsSpan().SequenceEqual(request));

    /// <summary>Reads until the server closes.</summary>
    /// <returns>False where it has sent nothing for too long.</returns>
    private static bool Receive(Socket connection, MemoryStream answer)
    {
        var bytes = new byte[1 << 16];
        try
        {
            for (int read; (read = connection.Receive(bytes)) > 0;)
            {
                answer.Write(bytes, 0, read);
            }

            return true;
        }
        catch (SocketException late) when (late.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return false;
        }
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidOperationException(problem);
        }
    }

    private static byte[] Get(string path, string headers = "") => Resource.Text($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n");
}
