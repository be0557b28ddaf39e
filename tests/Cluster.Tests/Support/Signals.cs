using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CachePolicies.Cluster.Tests;

/// <summary>Signals to processes.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(this Process process, int signal)
    {
        if (!process.HasExited)
        {
            _ = Send(process.Id, signal);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);
}
