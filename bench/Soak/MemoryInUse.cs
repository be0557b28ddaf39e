using System.Diagnostics;

namespace CachePolicies.Bench;

/// <summary>What the process holds while nothing runs. Megabytes.</summary>
internal readonly record struct MemoryInUse(double Managed, double Native, int LiveTensors, double Pooled)
{
    private const double Megabyte = 1 << 20;

    public static MemoryInUse Now(IDenoiserBackend backend)
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        var (managed, statistics) = (GC.GetTotalMemory(forceFullCollection: false), backend.Statistics);
        return new(managed / Megabyte, (process.WorkingSet64 - GC.GetGCMemoryInfo().TotalCommittedBytes) / Megabyte, statistics.LiveTensors, statistics.PooledBytes / Megabyte);
    }
}
