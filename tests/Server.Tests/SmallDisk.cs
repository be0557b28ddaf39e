using System.Diagnostics;

namespace CachePolicies.Server.Tests;

/// <summary>A disk of 64 KiB at a folder of its own.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Size = 64 << 10;

    private readonly TemporaryFolder _folder = new();

    public SmallDisk() => Assert.True(Run("mount", "-t", "tmpfs", "-o", $"size={Size}", "tmpfs", Path), "The disk cannot be mounted.");

    public static bool CanBeMounted { get; } = Try();

    public string Path => _folder.Path;

    private string Filling => System.IO.Path.Combine(Path, "filling");

    /// <summary>Files on it but for what fills it.</summary>
    public IEnumerable<string> Files => Directory.GetFileSystemEntries(Path, "*", SearchOption.AllDirectories).Where(f => f != Filling && !Directory.Exists(f));

    /// <summary>Takes the last byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filling, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var i = 0; i <= Size; i += 1024)
            {
                file.Write(new byte[1024]);
            }

            Assert.Fail("The disk does not fill.");
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Empty() => File.Delete(Filling);

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private static bool Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }

        using var folder = new TemporaryFolder();
        return Run("mount", "-t", "tmpfs", "-o", "size=4096", "tmpfs", folder.Path) && Run("umount", folder.Path);
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
