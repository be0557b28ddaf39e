[assembly: TestFramework("CachePolicies.TestSupport.ConditionalTestFramework", "CachePolicies.TestSupport")]

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Tests that need a WebGPU device: a GPU, or a processor that simulates one (SwiftShader, see <c>.ci/run</c>).</summary>
internal sealed class RequiresWebGpuAttribute : RequiresAttribute
{
    public override string? Missing => WebGpu.Missing;
}

/// <summary>The one backend on WebGPU that all tests share: the runtime has one device in a process.</summary>
internal static class WebGpu
{
    /// <summary>Set where the tests must run, so that a missing device fails them.</summary>
    private const string RequiredVariable = "CACHEPOLICIES_REQUIRE_WEBGPU";

    private static readonly Lazy<(OnnxRuntimeBackend? Backend, string? Missing)> Opened = new(() =>
    {
        try
        {
            return (Open(), null);
        }
        catch (ProviderNotAvailableException failure)
        {
            return (null, failure.Message);
        }
    });

    public static string? Missing => Environment.GetEnvironmentVariable(RequiredVariable) == "1" ? null : Opened.Value.Missing;

    public static OnnxRuntimeBackend Backend => Opened.Value.Backend ?? throw new InvalidOperationException(Opened.Value.Missing);

    public static OnnxRuntimeBackend Open(Action<OnnxRuntimeOptions>? configure = null)
    {
        var options = new OnnxRuntimeOptions { Providers = ["WebGPU"] };
        configure?.Invoke(options);
        return new OnnxRuntimeBackend(options);
    }
}
