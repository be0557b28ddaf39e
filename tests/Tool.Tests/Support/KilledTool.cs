using System.Diagnostics;

namespace CachePolicies.Tool.Tests;

/// <summary>The tool as a process of its own that may be killed.</summary>
internal static class KilledTool
{
    /// <summary>Runs the tool and kills it, unless it ends before.</summary>
    /// <param name="killAfter">When; <see cref="Timeout.InfiniteTimeSpan"/> for never.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>Whether it came to a good end.</returns>
    public static async Task<bool> RunAsync(TimeSpan killAfter, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ToolProgram).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var ended = Task.WhenAll(process.WaitForExitAsync(), process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (await Task.WhenAny(ended, Task.Delay(killAfter)) != ended)
        {
            process.Kill();
            await ended;
            return false;
        }

        return process.ExitCode == 0;
    }
}
