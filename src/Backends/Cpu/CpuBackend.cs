using CachePolicies.Backends.Numerics;

namespace CachePolicies.Backends.Cpu;

/// <summary>
/// Tensors in managed memory and arithmetic on them by vectorised span operations: no native library, the readable reference for every other backend.
/// Thread-safe. Kernels and renting allocate nothing once warm.
/// </summary>
/// <remarks>Sums are accurate to the bound that <see cref="HostKernelCompiler"/> states.</remarks>
public sealed class CpuBackend : IDenoiserBackend
{
    private readonly CpuTensorPool _pool;
    private readonly HostKernelCompiler _compiler = new();
    private long _uploads;
    private long _downloads;

    /// <summary>Creates a backend with an empty pool.</summary>
    /// <param name="maximumPooledBytes">The most bytes that wait to be rented again; what is returned beyond goes to the garbage collector. Unlimited by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public CpuBackend(long maximumPooledBytes = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumPooledBytes);
        _pool = new CpuTensorPool(maximumPooledBytes);
    }

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public BackendStatistics Statistics
    {
        get
        {
            var (tensors, bytes, pooled) = _pool.Ledger;
            return new BackendStatistics(tensors, bytes, pooled, Interlocked.Read(ref _uploads), Interlocked.Read(ref _downloads));
        }
    }

    /// <summary>Rents a tensor with undefined content. The caller owns one lease.</summary>
    /// <inheritdoc cref="IDenoiserBackend.Rent"/>
    public CpuTensor Rent(ElementType elementType, TensorShape shape, int rows = 1)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return shape.IsConcrete
            ? _pool.Rent(elementType, shape, rows)
            : throw new ArgumentException($"The shape {shape} has a free axis; bind the layout to sizes first (DenoiserLayout.Bind).", nameof(shape));
    }

    /// <inheritdoc/>
    FeatureTensor IDenoiserBackend.Rent(ElementType elementType, TensorShape shape, int rows) => Rent(elementType, shape, rows);

    /// <inheritdoc/>
    public IExpressionKernel Compile(KernelSignature signature) => _compiler.Compile(signature);

    /// <inheritdoc/>
    public double Dot(FeatureTensor a, FeatureTensor b) => HostProducts.Dot(a, b);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, FeatureTensor destination)
    {
        HostTransfers.Upload(source, destination);
        Interlocked.Increment(ref _uploads);
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<long> source, FeatureTensor destination)
    {
        HostTransfers.Upload(source, destination);
        Interlocked.Increment(ref _uploads);
    }

    /// <inheritdoc/>
    public void Download(FeatureTensor source, Span<float> destination)
    {
        HostTransfers.Download(source, destination);
        Interlocked.Increment(ref _downloads);
    }

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch) => HostTransfers.Gather(rows, batch);

    /// <inheritdoc/>
    public void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows) => HostTransfers.Scatter(batch, rows);

    /// <summary>Gives pooled memory to the garbage collector; nothing can be rented afterwards. Tensors that are still leased stay valid until they are released.</summary>
    public void Dispose() => _pool.Close();
}
