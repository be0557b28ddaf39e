using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// One device through the runtime: its sessions, the memory of its tensors, and whether it is still there. Sessions and operations are built on it and do
/// not know the backend. What is native is freed when the device was closed and its last session is gone. Thread-safe.
/// </summary>
internal sealed class OrtDevice : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<BoundSession> _sessions = [];
    private readonly UseCount _uses;
    private BackendFailedException? _lost;
    private int _graphs;

    /// <summary>Opens the first device of the options that works.</summary>
    /// <exception cref="ProviderNotAvailableException">None does.</exception>
    public OrtDevice(OnnxRuntimeOptions options)
    {
        Options = options;
        Selection = ProviderSelector.Select(options, out var sessions, out var memory);
        Sessions = sessions;
        IsHostMemory = memory is HostMemory;
        Name = sessions.Provider.HasOneDevice
            ? $"onnxruntime-{Selection.Chosen.ToLowerInvariant()}"
            : $"onnxruntime-{Selection.Chosen.ToLowerInvariant()}:{Selection.DeviceId}";
        Pool = new TensorPool(memory, Name, options.MemoryLimit, DropStaleBindings);
        _uses = new UseCount(Sessions.Dispose);
    }

    /// <summary>The backend's name, with provider and device.</summary>
    public string Name { get; }

    public OnnxRuntimeOptions Options { get; }

    public ProviderSelection Selection { get; }

    public SessionFactory Sessions { get; }

    public TensorPool Pool { get; }

    /// <summary>Whether tensors are in host memory.</summary>
    public bool IsHostMemory { get; }

    /// <summary>Why the device is lost, or <see langword="null"/> while it is there.</summary>
    public BackendFailedException? Failure => Volatile.Read(ref _lost);

    public bool Owns(OrtTensor tensor) => ReferenceEquals(tensor.Pool, Pool);

    /// <summary>Keeps the device until <see cref="Leave"/>.</summary>
    /// <exception cref="ObjectDisposedException">The device was closed.</exception>
    public void Enter(BoundSession session)
    {
        if (!_uses.TryBegin())
        {
            throw Disposed.Backend(Name);
        }

        lock (_gate)
        {
            _sessions.Add(session);
        }
    }

    /// <summary>Lets go of the device.</summary>
    public void Leave(BoundSession session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
        }

        _uses.End();
    }

    /// <summary>The identifier of the next graph that the device captures; <see langword="null"/> where it captures none.</summary>
    public int? NextGraphIdentifier() =>
        Options.CudaGraphs && Sessions.Provider is CudaProvider ? Interlocked.Increment(ref _graphs) : null;

    /// <summary>Waits for the device, where it serves one thread at a time.</summary>
    public DeviceTurn TakeTurn() => new(Sessions.Provider.Turn);

    /// <exception cref="ObjectDisposedException">The device was closed.</exception>
    /// <exception cref="BackendFailedException">The device is lost.</exception>
    public void ThrowIfUnusable()
    {
        if (_uses.IsClosed)
        {
            throw Disposed.Backend(Name);
        }

        if (Failure is { } lost)
        {
            throw new BackendFailedException(Name, $"the device was lost before; build the backend again ({lost.InnerException?.Message})", lost, isDeviceLost: true);
        }
    }

    /// <summary>What to throw when the runtime failed; a lost device stays lost.</summary>
    public BackendFailedException Fail(string what, Exception failure)
    {
        var isLost = RuntimeMessages.MeansDeviceLost(failure.Message);
        var isFull = !isLost && RuntimeMessages.MeansOutOfMemory(failure.Message);
        var reason = isLost ? "the device is lost"
            : isFull ? "the device is out of memory"
            : "a kernel failed";
        var described = new BackendFailedException(Name, $"{what}: {reason} ({RuntimeMessages.Shorten(failure.Message)})", failure, isLost, isFull);
        if (isLost)
        {
            Interlocked.CompareExchange(ref _lost, described, null);
        }

        return described;
    }

    /// <summary>Gives what the arena of intermediate results keeps and does not use back to the system, where it is in host memory.</summary>
    public void ShrinkArena()
    {
        if (Sessions.Provider is CpuProvider && !_uses.IsClosed)
        {
            using var session = Sessions.OpenAsStage(ProviderSelector.ProbeGraph());
            HostArena.Shrink(session);
        }
    }

    /// <summary>Ends what runs, lets nothing begin, and closes every session; each is freed when its last run has ended.</summary>
    public void Dispose()
    {
        if (_uses.Close())
        {
            foreach (var session in Tracked())
            {
                session.Dispose();
            }

            Pool.Dispose();
        }
    }

    /// <summary>Waits until the last session is gone, but not longer than a time.</summary>
    public bool Wait(TimeSpan longest) => _uses.Wait(longest);

    private void DropStaleBindings()
    {
        using var turn = TakeTurn();
        foreach (var session in Tracked())
        {
            session.DropStale();
        }
    }

    private BoundSession[] Tracked()
    {
        lock (_gate)
        {
            return [.. _sessions];
        }
    }
}
