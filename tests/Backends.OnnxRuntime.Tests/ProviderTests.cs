namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Which provider is chosen, and what is said of those that are not there.</summary>
public sealed class ProviderTests
{
    [Fact]
    public void The_processor_is_the_default()
    {
        using var backend = new OnnxRuntimeBackend();
        Assert.Equal("onnxruntime-cpu", backend.Name);
        Assert.Equal(new ProviderSelection("CPU", 0, []).ToString(), backend.Selection.ToString());
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("CPU")]
    [InlineData("CPUExecutionProvider")]
    public void Names_are_taken_in_any_case_and_in_the_runtimes_own_form(string name)
    {
        using var backend = Open(name);
        Assert.Equal("CPU", backend.Selection.Chosen);
    }

    [Theory]
    [InlineData("CUDDA")]
    [InlineData("")]
    public void An_unknown_name_is_answered_with_the_known_ones(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => Open(name, "CPU"));
        Assert.All(new[] { $"'{name}'", "CPU", "CUDA", "TensorRT", "WebGPU", "OpenVINO" }, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CUDA", "onnxruntime_providers")]
    [InlineData("TensorRT", "onnxruntime_providers")]
    [InlineData("CoreML", "CPUExecutionProvider")]
    [InlineData("OpenVINO", "CPUExecutionProvider")]
    public void A_required_provider_that_is_not_there_is_refused_with_what_is_missing(string name, string missing)
    {
        try
        {
            using var backend = Open(name);
            Assert.Equal(name, backend.Selection.Chosen);
        }
        catch (ProviderNotAvailableException refused)
        {
            Assert.Contains(name, refused.Message, StringComparison.Ordinal);
            Assert.Contains("It needs", refused.Message, StringComparison.Ordinal);
            Assert.Contains("name CPU last", refused.Message, StringComparison.Ordinal);
            Assert.True(refused.Message.Contains(missing, StringComparison.Ordinal) || refused.Message.Contains("library", StringComparison.Ordinal), refused.Message);
        }
    }

    [Fact]
    public void A_preference_takes_the_first_that_works_and_says_why_not_the_others()
    {
        using var backend = Open("CoreML", "CPU");
        var rejected = Assert.Single(backend.Selection.Rejected);
        Assert.Equal(("CPU", "CoreML"), (backend.Selection.Chosen, rejected.Name));
        Assert.StartsWith("ONNX Runtime runs on CPU, since CoreML cannot be used (", backend.Selection.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused()
    {
        var error = Assert.Throws<ProviderNotAvailableException>(() => new OnnxRuntimeBackend(new OnnxRuntimeOptions { DeviceId = 3 }));
        Assert.Contains("no device 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_their_range_are_refused_by_name()
    {
        Refuses(new OnnxRuntimeOptions { DeviceId = -1 }, "DeviceId is -1");
        Refuses(new OnnxRuntimeOptions { MemoryLimit = 0 }, "MemoryLimit is 0");
        Refuses(new OnnxRuntimeOptions { Threads = -2 }, "Threads is -2");
        Refuses(new OnnxRuntimeOptions { BindingCapacity = 0 }, "BindingCapacity is 0");
        Refuses(new OnnxRuntimeOptions { ThreadWaiting = (ThreadWaiting)7 }, "ThreadWaiting is 7");

        static void Refuses(OnnxRuntimeOptions options, string reason) =>
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new OnnxRuntimeBackend(options)).Message, StringComparison.Ordinal);
    }

    private static OnnxRuntimeBackend Open(params string[] providers) => new(new OnnxRuntimeOptions { Providers = [.. providers] });
}
