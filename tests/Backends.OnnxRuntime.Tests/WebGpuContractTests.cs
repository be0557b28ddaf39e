namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What every backend does, on WebGPU.</summary>
[RequiresWebGpu]
[Collection("webgpu")]
public sealed class WebGpuContractTests : BackendContract
{
    // WGSL allows 2.5 units in the last place for a division and for a root; sums run over rows in one thread each.
    private static readonly ExpressionOracle Wgsl = new(4.0 / (1 << 24), n => (n + 8) / (double)(1 << 24));

    protected override IDenoiserBackend SharedBackend => WebGpu.Backend;

    protected override IReadOnlyList<ElementType> FloatingPointTypes { get; } =
        [.. new[] { ElementType.Float32, ElementType.Float16, ElementType.BFloat16 }.Where(WebGpu.Backend.Supports)];

    protected override ExpressionOracle Oracle => Wgsl;

    protected override IDenoiserBackend CreateBackend() => WebGpu.Open();
}
