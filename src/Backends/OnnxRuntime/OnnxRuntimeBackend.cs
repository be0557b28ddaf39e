using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Memory and arithmetic of one device through ONNX Runtime. Features are OrtValues in the device's memory, pooled and reused; arithmetic on the
/// processor is the host's own kernels over the same memory, elsewhere one ONNX graph for each expression. Thread-safe.
/// </summary>
public sealed class OnnxRuntimeBackend : IDenoiserBackend
{
    private readonly Lock _gate = new();
    private readonly HashSet<BoundSession> _sessions = [];
    private readonly TensorPool _pool;
    private readonly ITensorOperations _operations;
    private BackendFailedException? _lost;
    private int _graphs;
    private long _uploads;
    private long _downloads;
    private bool _disposed;

    /// <summary>Opens a backend on the first provider of the list that works.</summary>
    /// <param name="options">Copied where they matter; the CPU by default.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or names a provider that nobody knows.</exception>
    /// <exception cref="ProviderNotAvailableException">None of the providers works; the message says what each is missing and how to get it.</exception>
    public OnnxRuntimeBackend(OnnxRuntimeOptions? options = null)
    {
        Options = options ?? new OnnxRuntimeOptions();
        OptionRules.Check(Options);
        Selection = ProviderSelector.Select(Options, out var sessions, out var memory);
        Sessions = sessions;
        IsHostMemory = memory is HostMemory;
        Name = sessions.Provider.HasOneDevice
            ? $"onnxruntime-{Selection.Chosen.ToLowerInvariant()}"
            : $"onnxruntime-{Selection.Chosen.ToLowerInvariant()}:{Selection.DeviceId}";
        _pool = new TensorPool(memory, Name, Options.MemoryLimit, DropStaleBindings);
        SharedRun = new RunOptions();
        _operations = IsHostMemory ? new HostOperations() : new DeviceOperations(this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Which provider was chosen, and why those before it were not; for a log.</summary>
    public ProviderSelection Selection { get; }

    /// <summary>Why the device is lost, or <see langword="null"/> while it is there. Once lost, every use fails at once until the backend is rebuilt.</summary>
    public BackendFailedException? Failure => Volatile.Read(ref _lost);

    /// <inheritdoc/>
    public BackendStatistics Statistics
    {
        get
        {
            var (live, liveBytes, pooledBytes) = _pool.Held;
            return new BackendStatistics(live, liveBytes, pooledBytes, Volatile.Read(ref _uploads), Volatile.Read(ref _downloads));
        }
    }

    /// <summary>
    /// Bytes that the arena of the device holds in reserve, beside <see cref="Statistics"/>: taken from the device and not handed out.
    /// <see langword="null"/> on the CPU, which has no arena for features, and where the runtime does not say.
    /// </summary>
    public long? ArenaReserveBytes => _pool.ReserveBytes;

    internal OnnxRuntimeOptions Options { get; }

    internal SessionFactory Sessions { get; }

    /// <summary>Whether tensors lie in host memory.</summary>
    internal bool IsHostMemory { get; }

    internal RunOptions SharedRun { get; }

    /// <inheritdoc/>
    /// <exception cref="BackendFailedException">The device is out of memory or lost, or the memory limit would be exceeded.</exception>
    public FeatureTensor Rent(ElementType elementType, TensorShape shape, int rows = 1)
    {
        ThrowIfUnusable();
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return _pool.Rent(new TensorKey(elementType, shape, rows));
    }

    /// <inheritdoc/>
    public IExpressionKernel Compile(KernelSignature signature)
    {
        ThrowIfUnusable();
        ArgumentNullException.ThrowIfNull(signature);
        return _operations.Compile(signature);
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, FeatureTensor destination)
    {
        ThrowIfUnusable();
        _operations.Upload(source, destination);
        Interlocked.Increment(ref _uploads);
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<long> source, FeatureTensor destination)
    {
        ThrowIfUnusable();
        _operations.Upload(source, destination);
        Interlocked.Increment(ref _uploads);
    }

    /// <inheritdoc/>
    public void Download(FeatureTensor source, Span<float> destination)
    {
        ThrowIfUnusable();
        _operations.Download(source, destination);
        Interlocked.Increment(ref _downloads);
    }

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch)
    {
        ThrowIfUnusable();
        _operations.Gather(rows, batch);
    }

    /// <inheritdoc/>
    public void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows)
    {
        ThrowIfUnusable();
        _operations.Scatter(batch, rows);
    }

    /// <summary>Gives the memory of every tensor that nobody holds back to the device.</summary>
    public void Trim() => _pool.Trim();

    /// <summary>Closes operations and pool. Models that are open on the backend are closed before; leased tensors stay valid until they are released.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _operations.Dispose();
        _pool.Dispose();
        SharedRun.Dispose();
        Sessions.Dispose();
    }

    internal bool Owns(OrtTensor tensor) => ReferenceEquals(tensor.Pool, _pool);

    internal void Track(BoundSession session)
    {
        lock (_gate)
        {
            _sessions.Add(session);
        }
    }

    internal void Untrack(BoundSession session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
        }
    }

    /// <summary>The identifier of the next graph that the device captures; <see langword="null"/> where it captures none.</summary>
    internal int? NextGraphIdentifier() =>
        Options.CudaGraphs && Sessions.Provider is CudaProvider ? Interlocked.Increment(ref _graphs) : null;

    /// <summary>Waits for the device, where it serves one thread at a time.</summary>
    internal DeviceTurn TakeTurn() => new(Sessions.Provider.Turn);

    internal void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Failure is { } lost)
        {
            throw new BackendFailedException(Name, $"the device was lost before; build the backend anew ({lost.InnerException?.Message})", lost, isDeviceLost: true);
        }
    }

    /// <summary>What to throw when the runtime failed; a lost device makes the backend unhealthy.</summary>
    internal BackendFailedException Fail(string what, Exception failure)
    {
        var isLost = RuntimeMessages.MeansDeviceLost(failure.Message);
        var reason = isLost ? "the device is lost"
            : RuntimeMessages.MeansOutOfMemory(failure.Message) ? "the device is out of memory"
            : "a kernel failed";
        var described = new BackendFailedException(Name, $"{what}: {reason} ({RuntimeMessages.Shorten(failure.Message)})", failure, isLost);
        if (isLost)
        {
            Interlocked.CompareExchange(ref _lost, described, null);
        }

        return described;
    }

    /// <summary>Whether the provider computes with an element type on this device.</summary>
    public bool Supports(ElementType type)
    {
        ThrowIfUnusable();
        return _operations.Supports(type);
    }

    /// <summary>Refuses element types that the provider cannot compute with.</summary>
    internal void RequireElementTypes(IEnumerable<ElementType> types, string model)
    {
        foreach (var type in types.Distinct())
        {
            if (!_operations.Supports(type))
            {
                throw new NotSupportedException(
                    $"The model '{model}' has {type.ToName()} tensors, and {Selection.Chosen} has no arithmetic for {type.ToName()} on this device. Export it with float32 or choose another provider.");
            }
        }
    }

    private void DropStaleBindings()
    {
        BoundSession[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions];
        }

        using var turn = TakeTurn();
        foreach (var session in sessions)
        {
            session.DropStale();
        }
    }
}
