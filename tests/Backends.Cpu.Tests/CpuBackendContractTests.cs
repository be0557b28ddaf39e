namespace CachePolicies.Backends.Cpu.Tests;

public sealed class CpuBackendContractTests : BackendContract
{
    protected override IDenoiserBackend CreateBackend() => new CpuBackend();
}
