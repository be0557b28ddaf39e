using System.Diagnostics;

namespace CachePolicies.Tool.Tests;

/// <summary>Address space, which containers and batch systems bound: threads of each stage's own would take a stack and a heap each.</summary>
public sealed class AddressSpaceTests : IDisposable
{
    private const int Kilobytes = 4_000 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-space-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_picture_is_made_within_four_gigabytes()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var picture = Path.Combine(_folder.FullName, "a.png");
        var start = new ProcessStartInfo(
            "sh", ["-c", $"ulimit -v {Kilobytes}; exec dotnet \"$@\"", "sh", typeof(ToolProgram).Assembly.Location, "generate", "--prompt", "red apple", "--steps", "1", "--out", picture])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        await Task.WhenAll(process.WaitForExitAsync(), process.StandardOutput.ReadToEndAsync(), error);

        Assert.True(process.ExitCode == 0, await error);
        Assert.True(File.Exists(picture));
    }
}
