using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CachePolicies.Backends.Numerics.Execution;

/// <summary>Scratch memory of one running kernel. It grows to the largest kernel that it served.</summary>
internal sealed unsafe class Workspace
{
    private const int Alignment = 64;
    private long[] _memory = [];

    /// <summary>The address of at least <paramref name="bytes"/> bytes, on a cache line. The content is undefined.</summary>
    public byte* Reserve(long bytes)
    {
        if (_memory.Length * (long)sizeof(long) < bytes + Alignment)
        {
            _memory = GC.AllocateUninitializedArray<long>(checked((int)((bytes + Alignment + sizeof(long) - 1) / sizeof(long))), pinned: true);
        }

        var start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        return (byte*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
    }
}

/// <summary>Keeps workspaces between runs. Thread-safe without locks; allocates only when more threads run kernels at once than ever before.</summary>
internal sealed class WorkspacePool
{
    private readonly Workspace?[] _idle = new Workspace?[Math.Max(32, 2 * Environment.ProcessorCount)];

    public Workspace Rent()
    {
        foreach (ref var slot in _idle.AsSpan())
        {
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } workspace)
            {
                return workspace;
            }
        }

        return new Workspace();
    }

    public void Return(Workspace workspace)
    {
        foreach (ref var slot in _idle.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, workspace, null) is null)
            {
                return;
            }
        }
    }
}
