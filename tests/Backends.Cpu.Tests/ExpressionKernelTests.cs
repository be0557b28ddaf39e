using CachePolicies.Backends.Cpu;

namespace CachePolicies.Backends.Cpu.Tests;

public sealed class ExpressionKernelTests : IDisposable
{
    private readonly CpuBackend _backend = new();

    public void Dispose() => _backend.Dispose();

    [Property(MaxTest = 400, Arbitrary = [typeof(ExpressionGenerators)])]
    public void A_kernel_agrees_with_the_naive_evaluation_in_float64(KernelCase test) => KernelRunner.AssertMatchesOracle(_backend, test, KernelRunner.Ieee);
}
