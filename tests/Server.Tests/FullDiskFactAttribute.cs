namespace CachePolicies.Server.Tests;

/// <summary>A test that fills a disk of its own, a small tmpfs; skipped where it may not mount one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullDiskFactAttribute : FactAttribute
{
    public FullDiskFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "The test mounts a tmpfs, which Linux has.";
        }
        else if (!SmallDisk.CanBeMounted)
        {
            Skip = "The test mounts a tmpfs, which this user may not.";
        }
    }
}
