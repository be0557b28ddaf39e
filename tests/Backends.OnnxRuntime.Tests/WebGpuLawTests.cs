using CachePolicies.Testing;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What every backend does, on WebGPU.</summary>
[RequiresWebGpu]
[Collection("webgpu")]
public sealed class WebGpuLawTests
{
    // WGSL allows 2.5 units in the last place for a division and for a root; sums run over rows in one thread each.
    private static readonly Lazy<BackendLawOptions> Options = new(() => new()
    {
        UnitRoundoff = 4.0 / (1 << 24),
        SumRoundoff = static n => (n + 8) / (double)(1 << 24),
        FloatingPointTypes = [.. new[] { ElementType.Float32, ElementType.Float16, ElementType.BFloat16 }.Where(WebGpu.Backend.Supports)],
        Create = static () => WebGpu.Open(),
    });

    public static TheoryData<string> Laws => [.. BackendLaws.All.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Laws))]
    public void Keeps_the_law(string law) => BackendLaws.Find(law).Check(WebGpu.Backend, Options.Value);
}
