using CachePolicies.Engine;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What becomes of a generation, and of those after it, when a kernel fails, memory is short or the device is gone.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly OnnxRuntimeBackend _backend = new(new OnnxRuntimeOptions { Threads = 1 });

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _backend.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void A_failing_kernel_names_stage_step_and_provider_and_the_next_generation_works()
    {
        // A style of 1000 points behind the end of the table that the stage looks a vector up in.
        File.WriteAllBytes(_files.Folder.File("embed.onnx"), EmbedThatLooksUp());
        _files.WriteManifest(_files.Manifest());
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, _backend);
        var loop = TinyRun.Loop(model.Denoiser, TinyRun.Policies["block"]);
        var error = Assert.Throws<StageFailedException>(() => loop.Run(Styled(1000)));
        Assert.Equal("embed", error.Stage);
        Assert.Contains("onnxruntime-cpu", error.Message, StringComparison.Ordinal);
        Assert.Contains("evaluation 0", error.Message, StringComparison.Ordinal);
        Assert.IsType<BackendFailedException>(error.InnerException);
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        Assert.Null(_backend.Failure);
        loop.Run(Styled(1));
    }

    [Fact]
    public void A_stage_that_needs_more_memory_than_there_is_says_so_and_the_next_generation_works()
    {
        File.WriteAllBytes(_files.Folder.File("embed.onnx"), EmbedThatLooksUp(hungry: true));
        _files.WriteManifest(_files.Manifest());
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, _backend);
        var loop = TinyRun.Loop(model.Denoiser, TinyRun.Policies["di"], LaneExecution.Separate);
        var error = Assert.Throws<StageFailedException>(() => loop.Run(Styled(3)));
        Assert.True(error.Message.Contains("out of memory", StringComparison.Ordinal), error.Message);
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        loop.Run(Styled(0));
    }

    [Fact]
    public void A_lost_device_fails_fast_until_the_backend_is_built_again()
    {
        using var backend = new OnnxRuntimeBackend();
        var tensor = backend.Rent(ElementType.Float32, new TensorShape(4));
        var failure = backend.Device.Fail("the stage 'head'", new InvalidOperationException("CUDA failure 700: an illegal memory access was encountered"));
        Assert.True(failure.IsDeviceLost);
        Assert.Same(failure, backend.Failure);
        Assert.Contains("'head'", failure.Message, StringComparison.Ordinal);
        foreach (var use in new Action[]
        {
            () => backend.Rent(ElementType.Float32, new TensorShape(4)),
            () => backend.Upload(new float[4], tensor),
            () => backend.Compile(new KernelSignature([new TensorType(ElementType.Float32, new TensorShape(4))], 0, [TensorExpression.Input(0).Mean()])),
        })
        {
            var error = Assert.Throws<BackendFailedException>(use);
            Assert.True(error.IsDeviceLost);
            Assert.Contains("build the backend again", error.Message, StringComparison.Ordinal);
        }

        tensor.Release();
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    [Theory]
    [InlineData("WebGPU device lost: the GPU process crashed", true, false)]
    [InlineData("VK_ERROR_DEVICE_LOST", true, false)]
    [InlineData("CUDA failure 719: unspecified launch failure", true, false)]
    [InlineData("CUDA failure 2: out of memory ; GPU=0", false, true)]
    [InlineData("Failed to allocate memory for requested buffer of size 4294967296", false, true)]
    [InlineData("Non-zero status code returned while running Gather node", false, false)]
    public void What_the_runtime_says_is_told_apart(string message, bool lost, bool outOfMemory)
    {
        Assert.Equal(lost, RuntimeMessages.MeansDeviceLost(message));
        Assert.Equal(outOfMemory, RuntimeMessages.MeansOutOfMemory(message));
    }

    [Theory]
    [InlineData(
        "[ErrorCode:Fail] /onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:100 onnxruntime::webgpu::WebGpuContext::Initialize(const Config&)::<lambda()> adapter_result.status == Success was false. Failed to get a WebGPU adapter: No supported adapters.",
        "Failed to get a WebGPU adapter: No supported adapters")]
    [InlineData(
        "[ErrorCode:Fail] Load model from head.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:46 void onnxruntime::ValidateOpset(const std::map<std::string, int>&, bool) ONNX Runtime only supports what it knows.",
        "Load model from head.onnx ONNX Runtime only supports what it knows")]
    [InlineData("[ErrorCode:InvalidArgument] CoreML execution provider is not supported in this build. ", "CoreML execution provider is not supported in this build")]
    public void What_the_runtime_says_is_cut_to_what_a_reader_needs(string message, string words) => Assert.Equal(words, RuntimeMessages.Shorten(message));

    [Theory]
    [InlineData("Failed to load library /opt/app/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory", "libcublasLt.so.13")]
    [InlineData("/opt/app/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory", "libonnxruntime_providers_shared.so")]
    [InlineData("Unable to load DLL 'cudnn64_9.dll' or one of its dependencies", "cudnn64_9.dll")]
    [InlineData("no CUDA-capable device is detected", null)]
    public void A_missing_library_is_found_in_the_loaders_words(string message, string? library) =>
        Assert.Equal(library, RuntimeMessages.MissingLibrary(message));

    [Fact]
    public void A_tensor_that_is_input_and_output_at_once_is_refused_by_both_names()
    {
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, _backend);
        var image = _backend.Rent(ElementType.Float32, new TensorShape(TinyModel.Tokens, TinyModel.Width));
        var vec = _backend.Rent(ElementType.Float32, new TensorShape(TinyModel.Width));
        var error = Assert.Throws<ArgumentException>(() => model.Denoiser.Stages[1].Run(new StageInvocation([image, vec], [image], 1)));
        Assert.Contains("'embedded/image'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'structure.probe/image'", error.Message, StringComparison.Ordinal);
        image.Release();
        vec.Release();
    }

    private static GenerationRequest Styled(float style)
    {
        var request = TinyRun.Request(1, steps: 3);
        var inputs = new Dictionary<string, InputValue> { ["style"] = new[] { style } };
        return request with { Samples = [new GenerationSample(request.Samples[0].Noise, inputs, inputs)] };
    }

    // A hungry one makes a tensor of style · 2⁴⁰ elements on its way; 0 makes an empty one.
    private static byte[] EmbedThatLooksUp(bool hungry = false)
    {
        var graph = new OnnxGraphBuilder("embed");
        var image = graph.Input("latent/image", OnnxElementType.Float32, "batch", TinyModel.Tokens, TinyModel.Patch);
        var time = graph.Reshape(graph.Input("timestep", OnnxElementType.Float32, "batch"), -1, 1);
        var style = graph.Cast(graph.Input("style", OnnxElementType.Float32, "batch"), OnnxElementType.Int64);
        var table = graph.Constant(Enumerable.Range(0, 4 * TinyModel.Width).Select(i => i * 0.01f).ToArray(), 4, TinyModel.Width);
        var vec = graph.Add(graph.Gather(table, style, 0), time);
        var tokens = graph.MatMul(image, graph.Constant(Enumerable.Range(0, TinyModel.Patch * TinyModel.Width).Select(i => i * 0.01f).ToArray(), TinyModel.Patch, TinyModel.Width));
        if (hungry)
        {
            var size = graph.Mul(graph.Concat(0, style, graph.Integers(1)), graph.Integers(1 << 20, 1 << 20));
            var large = graph.Node("Expand", [graph.Constant([1f], 1, 1), size]);
            vec = graph.Add(vec, graph.ReduceSum(large, [0, 1], keepDimensions: true));
        }

        graph.Output("embedded/image", tokens, OnnxElementType.Float32, "batch", TinyModel.Tokens, TinyModel.Width);
        graph.Output("embedded/vec", vec, OnnxElementType.Float32, "batch", TinyModel.Width);
        graph.Output("embedded/modulated", graph.Neg(tokens), OnnxElementType.Float32, "batch", TinyModel.Tokens, TinyModel.Width);
        return graph.ToBytes();
    }
}
