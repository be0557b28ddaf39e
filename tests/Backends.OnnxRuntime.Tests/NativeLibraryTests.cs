using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

public sealed class NativeLibraryTests
{
    [Fact]
    public void The_native_library_is_the_version_of_the_binding()
    {
        var managed = typeof(OrtEnv).Assembly.GetName().Version!;
        Assert.Equal(managed.ToString(3), OrtEnv.Instance().GetVersionString());
    }

    [Fact]
    public void The_output_folder_holds_the_native_library_of_this_platform_alone()
    {
        var files = Directory.GetFiles(AppContext.BaseDirectory, "*onnxruntime.*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".so" or ".dylib" || Path.GetFileName(f) == "onnxruntime.dll");
        Assert.Single(files);
    }

    [Fact]
    public void The_CPU_provider_is_available() =>
        Assert.Contains("CPUExecutionProvider", OrtEnv.Instance().GetAvailableProviders());
}
