using CachePolicies.Backends.Numerics;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The host's own kernels over tensors in host memory.</summary>
internal sealed class HostOperations : ITensorOperations
{
    private readonly HostKernelCompiler _compiler = new();

    public bool Supports(ElementType type) => true;

    public IExpressionKernel Compile(KernelSignature signature) => _compiler.Compile(signature);

    public double Dot(FeatureTensor a, FeatureTensor b) => HostProducts.Dot(a, b);

    public void Upload(ReadOnlySpan<float> source, FeatureTensor destination) => HostTransfers.Upload(source, destination);

    public void Upload(ReadOnlySpan<long> source, FeatureTensor destination) => HostTransfers.Upload(source, destination);

    public void Download(FeatureTensor source, Span<float> destination) => HostTransfers.Download(source, destination);

    public void Gather(ReadOnlySpan<FeatureTensor> rows, FeatureTensor batch) => HostTransfers.Gather(rows, batch);

    public void Scatter(FeatureTensor batch, ReadOnlySpan<FeatureTensor> rows) => HostTransfers.Scatter(batch, rows);

    public void Dispose()
    {
    }
}
