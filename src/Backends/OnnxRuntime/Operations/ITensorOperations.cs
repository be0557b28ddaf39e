namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Copies and arithmetic where tensors lie: on the host, or on a device.</summary>
internal interface ITensorOperations : IDisposable
{
    /// <summary>Whether there is arithmetic for an element type.</summary>
    bool Supports(ElementType type);

    /// <inheritdoc cref="IDenoiserBackend.Compile"/>
    IExpressionKernel Compile(KernelSignature signature);

    /// <inheritdoc cref="IDenoiserBackend.Dot"/>
    double Dot(FeatureTensor a, FeatureTensor b);

    /// <inheritdoc cref="IDenoiserBackend.Upload(ReadOnlySpan{float}, FeatureTensor)"/>
    void Upload(ReadOnlySpan<float> source, FeatureTensor destination);

    /// <inheritdoc cref="IDenoiserBackend.Upload(ReadOnlySpan{long}, FeatureTensor)"/>
    void Upload(ReadOnlySpan<long> source, FeatureTensor destination);

    /// <inheritdoc cref="IDenoiserBackend.Download"/>
    void Download(FeatureTensor source, Span<float> destination);

    /// <inheritdoc cref="IDenoiserBackend.Gather"/>
    void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch);

    /// <inheritdoc cref="IDenoiserBackend.Scatter"/>
    void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows);
}
