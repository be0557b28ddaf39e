using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>
/// Memory and arithmetic of one device through ONNX Runtime. Features are OrtValues in the device's memory, pooled and reused; arithmetic on the
/// processor is the host's own kernels over the same memory, elsewhere one ONNX graph for each expression. Thread-safe.
/// </summary>
public sealed class OnnxRuntimeBackend : IDenoiserBackend
{
    /// <summary>How long disposing waits for runs that are ending.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly ITensorOperations _operations;
    private readonly IdleTrim? _idle;
    private long _uploads;
    private long _downloads;

    /// <summary>Opens a backend on the first provider of the list that works.</summary>
    /// <param name="options">Copied where they matter; the CPU by default.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or names a provider that nobody knows.</exception>
    /// <exception cref="ProviderNotAvailableException">None of the providers works; the message says what each is missing and how to get it.</exception>
    public OnnxRuntimeBackend(OnnxRuntimeOptions? options = null)
    {
        options ??= new OnnxRuntimeOptions();
        OptionRules.Check(options);
        Device = new OrtDevice(options);
        _idle = options.TrimAfterIdleSeconds > 0 ? new IdleTrim(TimeSpan.FromSeconds(options.TrimAfterIdleSeconds), TrimIdle) : null;
        _operations = Device.IsHostMemory ? new HostOperations() : new DeviceOperations(Device);
    }

    /// <inheritdoc/>
    public string Name => Device.Name;

    /// <summary>Which provider was chosen, and why those before it were not; for a log.</summary>
    public ProviderSelection Selection => Device.Selection;

    /// <summary>Why the device is lost, or <see langword="null"/> while it is there. Once lost, every use fails at once until the backend is rebuilt.</summary>
    public BackendFailedException? Failure => Device.Failure;

    /// <inheritdoc/>
    public BackendStatistics Statistics
    {
        get
        {
            var (live, liveBytes, pooledBytes) = Device.Pool.Held;
            return new BackendStatistics(live, liveBytes, pooledBytes, Volatile.Read(ref _uploads), Volatile.Read(ref _downloads));
        }
    }

    /// <summary>
    /// Bytes that the arena of the device holds in reserve, beside <see cref="Statistics"/>: taken from the device and not handed out.
    /// <see langword="null"/> on the CPU, which has no arena for features, and where the runtime does not say.
    /// </summary>
    public long? ArenaReserveBytes => Device.Pool.ReserveBytes;

    /// <summary>The most bytes that the options allow, or <see langword="null"/>.</summary>
    public long? MemoryLimit => Device.Options.MemoryLimit;

    /// <summary>Whether features and weights are in host memory.</summary>
    public bool UsesHostMemory => Device.IsHostMemory;

    internal OrtDevice Device { get; }

    /// <inheritdoc/>
    /// <exception cref="BackendFailedException">The device is out of memory or lost, or the memory limit would be exceeded.</exception>
    public FeatureTensor Rent(ElementType elementType, TensorShape shape, int rows = 1)
    {
        Device.ThrowIfUnusable();
        _idle?.Touch();
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return Device.Pool.Rent(new TensorKey(elementType, shape, rows));
    }

    /// <inheritdoc/>
    public IExpressionKernel Compile(KernelSignature signature)
    {
        Device.ThrowIfUnusable();
        ArgumentNullException.ThrowIfNull(signature);
        return _operations.Compile(signature);
    }

    /// <inheritdoc/>
    public double Dot(FeatureTensor a, FeatureTensor b)
    {
        Device.ThrowIfUnusable();
        return _operations.Dot(a, b);
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, FeatureTensor destination)
    {
        Device.ThrowIfUnusable();
        _operations.Upload(source, destination);
        Interlocked.Increment(ref _uploads);
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<long> source, FeatureTensor destination)
    {
        Device.ThrowIfUnusable();
        _operations.Upload(source, destination);
        Interlocked.Increment(ref _uploads);
    }

    /// <inheritdoc/>
    public void Download(FeatureTensor source, Span<float> destination)
    {
        Device.ThrowIfUnusable();
        _operations.Download(source, destination);
        Interlocked.Increment(ref _downloads);
    }

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch)
    {
        Device.ThrowIfUnusable();
        _operations.Gather(rows, batch);
    }

    /// <inheritdoc/>
    public void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows)
    {
        Device.ThrowIfUnusable();
        _operations.Scatter(batch, rows);
    }

    /// <summary>
    /// Gives the memory of every tensor that nobody holds back to the device, and on the CPU also what the arena of intermediate results keeps and does
    /// not use. Happens by itself after <see cref="OnnxRuntimeOptions.TrimAfterIdleSeconds"/> without use.
    /// </summary>
    public void Trim()
    {
        Device.Pool.Trim();
        Device.ShrinkArena();
    }

    /// <summary>
    /// Ends what runs, waits for it within ten seconds, and frees the backend; a run that takes longer frees what it used when it ends. Models that are
    /// open on the backend are closed with it. Leased tensors stay valid until they are released.
    /// </summary>
    public void Dispose()
    {
        _idle?.Dispose();
        _operations.Dispose();
        Device.Dispose();
        Device.Wait(LongestWait);
    }

    /// <summary>Whether the provider computes with an element type on this device.</summary>
    public bool Supports(ElementType type)
    {
        Device.ThrowIfUnusable();
        return _operations.Supports(type);
    }

    // On a thread of the timer, where nobody would see a failure: a device that is lost or closed has nothing to give back.
    private void TrimIdle()
    {
        try
        {
            Trim();
        }
        catch (Exception lost) when (lost is ObjectDisposedException or BackendFailedException or OnnxRuntimeException)
        {
        }
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
}
