namespace CachePolicies;

/// <summary>
/// Memory and arithmetic of one device. Thread-safe: many generations share one backend. Nothing here knows what is cached or why.
/// </summary>
public interface IDenoiserBackend : IDisposable
{
    /// <summary>The name in logs and telemetry: <c>cpu</c>, <c>onnxruntime-cuda:0</c>.</summary>
    string Name { get; }

    /// <summary>What the backend's memory holds at this moment.</summary>
    BackendStatistics Statistics { get; }

    /// <summary>Rents a tensor with undefined content. The caller owns one lease.</summary>
    /// <param name="elementType">The type of the elements.</param>
    /// <param name="shape">The shape of one row; concrete.</param>
    /// <param name="rows">The batch axis, at least 1.</param>
    /// <exception cref="InvalidOperationException">The device is out of memory or lost.</exception>
    FeatureTensor Rent(ElementType elementType, TensorShape shape, int rows = 1);

    /// <summary>Compiles expressions, or returns the kernel that was compiled for an equal signature. The backend owns the kernel.</summary>
    /// <exception cref="NotSupportedException">The device has no arithmetic for an element type of the signature.</exception>
    IExpressionKernel Compile(KernelSignature signature);

    /// <summary>
    /// The scalar product of two tensors, brought to the host. Summed in float64 where the device has it; this default is a kernel's float32.
    /// </summary>
    /// <param name="a">One row of a floating-point type.</param>
    /// <param name="b">One row of the same type and shape; may be <paramref name="a"/>.</param>
    double Dot(FeatureTensor a, FeatureTensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        var type = new TensorType(a.ElementType, a.Shape);
        return Compile(new KernelSignature([type, type], 0, [(TensorExpression.Input(0) * TensorExpression.Input(1)).Sum()])).Measure([a, b], default);
    }

    /// <summary>Copies numbers from the host, converting to the tensor's floating-point type. An explicit copy, counted in the statistics.</summary>
    /// <exception cref="ArgumentException">The lengths differ or the tensor holds integers.</exception>
    void Upload(ReadOnlySpan<float> source, FeatureTensor destination);

    /// <summary>Copies integers from the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ or the tensor does not hold integers.</exception>
    void Upload(ReadOnlySpan<long> source, FeatureTensor destination);

    /// <summary>Copies numbers to the host as float32. An explicit copy, counted in the statistics.</summary>
    /// <exception cref="ArgumentException">The lengths differ or the tensor holds integers.</exception>
    void Download(FeatureTensor source, Span<float> destination);

    /// <summary>Lays single rows one after the other into a batch.</summary>
    /// <param name="rows">Tensors of one row each, of the batch's type and shape.</param>
    /// <param name="batch">As many rows as there are sources.</param>
    void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch);

    /// <summary>Takes a batch apart into single rows.</summary>
    /// <param name="batch">As many rows as there are destinations.</param>
    /// <param name="rows">Tensors of one row each, of the batch's type and shape.</param>
    void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows);
}

/// <summary>What a backend's memory holds.</summary>
/// <param name="LiveTensors">Tensors that somebody holds a lease on.</param>
/// <param name="LiveBytes">Bytes of their elements.</param>
/// <param name="PooledBytes">Bytes of tensors that wait to be rented again.</param>
/// <param name="Uploads">Explicit copies from the host since the backend was made.</param>
/// <param name="Downloads">Explicit copies of tensors to the host since the backend was made; measured scalars are not counted.</param>
public readonly record struct BackendStatistics(int LiveTensors, long LiveBytes, long PooledBytes, long Uploads, long Downloads);
