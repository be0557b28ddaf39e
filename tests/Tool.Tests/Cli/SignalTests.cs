using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CachePolicies.Tool.Tests;

/// <summary>What a signal does to a process of the tool.</summary>
public sealed class SignalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    public static TheoryData<int, int, string> Runs
    {
        get
        {
            var runs = new TheoryData<int, int, string>();
            foreach (var (signal, code) in new[] { (2, 130), (15, 143) })
            {
                runs.Add(signal, code, "generate --prompt apple --steps 1000 --out {0}/a.png");
                runs.Add(signal, code, "record --prompt apple --steps 1000 --out {0}/a.safetensors");
                runs.Add(signal, code, "compare --prompt apple --policies h2cache --steps 1000 --out {0}/comparison");
                runs.Add(signal, code, "tune --policy h2cache --target-psnr 40 --prompt apple --steps 1000 --out {0}/tuned.json");
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_signal_ends_a_verb_and_nothing_is_left(int signal, int exitCode, string arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var process = Start(string.Format(CultureInfo.InvariantCulture, arguments, _folder.FullName));
        var told = new TaskCompletionSource();
        var error = ReadAsync(process, told);
        await told.Task.WaitAsync(Patience.Limit);
        var sent = Stopwatch.GetTimestamp();
        Assert.Equal(0, Kill(process.Id, signal));

        await process.WaitForExitAsync().WaitAsync(Patience.Limit);

        Assert.InRange(Stopwatch.GetElapsedTime(sent), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.Equal(exitCode, process.ExitCode);
        Assert.EndsWith("Stopped.", (await error).TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", await error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles("*", SearchOption.AllDirectories));
        Assert.Empty(_temporary.GetFileSystemInfos("cachepolicies-*"));
    }

    [Fact]
    public void What_a_killed_run_left_is_removed_by_the_next()
    {
        var time = TimeProvider.System;
        using var running = WorkFolder.Create("test", time);
        var abandoned = Directory.CreateTempSubdirectory("cachepolicies-test-");
        File.WriteAllText(Path.Combine(abandoned.FullName, ".lock"), "");
        File.WriteAllText(Path.Combine(abandoned.FullName, "0.safetensors"), "left");
        var beginning = Directory.CreateTempSubdirectory("cachepolicies-test-");

        string path;
        using (var next = WorkFolder.Create("test", time))
        {
            path = next.Path;
            Assert.True(Directory.Exists(path));
            Assert.True(Directory.Exists(running.Path), "a folder whose run goes on was removed");
            Assert.False(Directory.Exists(abandoned.FullName), "a folder whose run was killed stayed");
            Assert.True(Directory.Exists(beginning.FullName), "a folder without its lock yet was removed");
        }

        Assert.False(Directory.Exists(path));
        beginning.Delete();
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _temporary.Delete(recursive: true);
    }

    private Process Start(string arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ToolProgram).Assembly.Location, .. arguments.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = _temporary.FullName;
        return Process.Start(start)!;
    }

    /// <summary>Standard error to its end. The first line of progress says that the work is under way.</summary>
    private static async Task<string> ReadAsync(Process process, TaskCompletionSource told)
    {
        var lines = new List<string>();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Contains(" of ", StringComparison.Ordinal))
            {
                told.TrySetResult();
            }
        }

        told.TrySetException(new InvalidOperationException($"The tool ended before it told how far it is: {string.Join('\n', lines)}"));
        return string.Join('\n', lines);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
