using CachePolicies.Testing;

namespace CachePolicies.Backends.Cpu.Tests;

public sealed class CpuBackendLawTests
{
    private static readonly BackendLawOptions Options = new() { Create = static () => new CpuBackend() };

    public static TheoryData<string> Laws => [.. BackendLaws.All.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Laws))]
    public void Keeps_the_law(string law)
    {
        using var backend = new CpuBackend();
        BackendLaws.Find(law).Check(backend, Options);
    }
}
