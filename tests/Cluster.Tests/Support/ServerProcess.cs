using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace CachePolicies.Cluster.Tests;

/// <summary>The server as a process of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ServerProcess(IEnumerable<string> settings)
    {
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"));
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(10) };
        var start = new ProcessStartInfo(
            "dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "CachePolicies.Server.dll"), "--urls", Address.ToString(), "--Server:RequestsPerMinute", "100000", "--Server:ConcurrentRequests", "1000", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>In how many lines it has written a text.</summary>
    public int CountOf(string text) => _lines.Count(l => l.Contains(text, StringComparison.Ordinal));

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(params IEnumerable<string> settings)
    {
        var server = new ServerProcess(settings);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Starts a member of a cluster and waits until it is ready.</summary>
    public static Task<ServerProcess> StartAsync(string role, string store, string connection, params string[] settings) => StartAsync(
        [
            "--role", role, $"--Server:Cluster:{store}", connection, "--Server:Cluster:Port", Ports.Free().ToString(CultureInfo.InvariantCulture),
            "--Server:Cluster:MaximumAttempts", "50", "--Server:Cluster:WorkerWait", "00:04:00", .. settings,
        ]);

    public void Kill() => _process.Send(Signals.Kill);

    public void Pause() => _process.Send(Signals.Stop);

    public void Resume() => _process.Send(Signals.Continue);

    /// <summary>Asks it to stop and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        _process.Send(Signals.Terminate);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Client.Dispose();
    }

    private async Task ReadyAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Assert.False(HasExited, $"The server ended at its start:\n{Output}");
            Assert.True(Stopwatch.GetElapsedTime(began) < StartLimit, $"The server was not ready in time:\n{Output}");
            try
            {
                using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(50);
        }
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _lines.Enqueue(text);
        }
    }
}
