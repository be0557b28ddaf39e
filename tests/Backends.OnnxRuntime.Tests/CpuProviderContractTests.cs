namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What every backend does, on the CPU provider.</summary>
public sealed class CpuProviderContractTests : BackendContract
{
    protected override IDenoiserBackend CreateBackend() => new OnnxRuntimeBackend();
}
