using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

public sealed class NativeLibraryTests
{
    [Fact]
    public void The_native_library_is_the_version_of_the_binding()
    {
        Assert.Equal("1.29.0", OrtEnv.Instance().GetVersionString());
        Assert.Equal(new Version(1, 29, 0, 0), typeof(OrtEnv).Assembly.GetName().Version);
    }

    [Fact]
    public void The_binding_has_the_official_identity() =>
        Assert.Equal("f27f157f0a5b7bb6", Convert.ToHexStringLower(typeof(OrtEnv).Assembly.GetName().GetPublicKeyToken()!));

    [Fact]
    public void The_CPU_provider_is_available() =>
        Assert.Contains("CPUExecutionProvider", OrtEnv.Instance().GetAvailableProviders());
}
