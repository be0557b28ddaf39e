using CachePolicies.Testing;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What every backend does, on the CPU provider.</summary>
public sealed class CpuProviderLawTests
{
    private static readonly BackendLawOptions Options = new() { Create = static () => new OnnxRuntimeBackend() };

    public static TheoryData<string> Laws => [.. BackendLaws.All.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Laws))]
    public void Keeps_the_law(string law)
    {
        using var backend = new OnnxRuntimeBackend();
        BackendLaws.Find(law).Check(backend, Options);
    }
}
