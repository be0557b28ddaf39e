using System.Diagnostics;

namespace CachePolicies.Bench;

/// <summary>The server as a process of its own, on a free port of the loopback interface. Disposing ends it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>How many lines of its log are warnings or errors of its own.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts the server that was built beside this program.</summary>
    /// <exception cref="ArgumentException">It was not built, or does not start.</exception>
    public static async Task<(ServerProcess Server, Uri Address)> StartAsync(params string[] settings)
    {
        var built = Path.GetRelativePath(Path.Combine(BenchOptions.RepositoryRoot(), "bench"), AppContext.BaseDirectory);
        var program = Path.Combine(BenchOptions.RepositoryRoot(), "src", "Server", built, "CachePolicies.Server.dll");
        if (!File.Exists(program))
        {
            throw new ArgumentException($"The server is not built: '{program}' does not exist.");
        }

        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", program, "--urls", "http://127.0.0.1:0", .. settings])
        {
            start.ArgumentList.Add(argument);
        }

        var server = new ServerProcess(Process.Start(start) ?? throw new ArgumentException("The server does not start."));
        try
        {
            return (server, await server._address.Task.WaitAsync(Patience).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new ArgumentException($"The server did not listen within {Patience.TotalMinutes} minutes.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            _address.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim()));
        }

        if (line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal))
        {
            Failures++;
        }
    }
}
