using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CachePolicies.Bench;

/// <summary>
/// The time that this thread spent running. On a shared machine it leaves out the time in which others had the core; they still slow the memory down.
/// Where the system has no such clock it is the wall clock.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadTime = 3; // CLOCK_THREAD_CPUTIME_ID

    public static string Name => OperatingSystem.IsLinux() ? "thread time" : "wall-clock time";

    public static double Seconds
    {
        get
        {
            if (OperatingSystem.IsLinux() && GetTime(ThreadTime, out var time) == 0)
            {
                return time.Seconds + (time.Nanoseconds * 1e-9);
            }

            return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
