using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace CachePolicies.Cluster.Tests;

/// <summary>A Redis of the test's own on a free port. It writes to the disk only when it is sent away for a while.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-redis-");
    private Process _process;

    private RedisServer(int port)
    {
        Port = port;
        _process = Start();
    }

    /// <summary>The program, or <see langword="null"/>.</summary>
    public static string? Executable { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(f => Path.Combine(f, "redis-server")).FirstOrDefault(File.Exists);

    public int Port { get; }

    public string Connection => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer(Ports.Free());
        await server.AnswersAsync();
        return server;
    }

    /// <summary>Is away for a while: connections are refused. It knows afterwards what it knew before.</summary>
    public async Task BeAwayAsync(TimeSpan time)
    {
        await CommandAsync("SHUTDOWN SAVE");
        await _process.WaitForExitAsync();
        await Task.Delay(time);
        _process.Dispose();
        _process = Start();
        await AnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Send(Signals.Kill);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private Process Start()
    {
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no", "--dir", _folder.FullName, "--loglevel", "warning",
        ];
        var start = new ProcessStartInfo(Executable ?? throw new InvalidOperationException("redis-server is not there: apt-get install redis-server"), arguments) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private async Task AnswersAsync()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                await CommandAsync("PING");
                return;
            }
            catch (Exception failure) when (failure is SocketException or IOException && i < 300)
            {
                await Task.Delay(100);
            }
        }
    }

    private async Task CommandAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        _ = await stream.ReadAsync(new byte[64]);
    }
}
