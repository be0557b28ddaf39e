using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>What the backend knows of an execution provider.</summary>
internal abstract class ExecutionProvider
{
    /// <summary>The providers that the backend knows more of than their name.</summary>
    public static ImmutableArray<ExecutionProvider> Known { get; } = [new CpuProvider(), new CudaProvider(), new TensorRtProvider(), new WebGpuProvider()];

    /// <summary>The name in options: <c>CUDA</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The name that the runtime lists: <c>CUDAExecutionProvider</c>.</summary>
    public abstract string RuntimeName { get; }

    /// <summary>What runs operations where this one runs stages.</summary>
    public virtual ExecutionProvider ForOperations => this;

    /// <summary>What a user installs to have it.</summary>
    public abstract string Remedy { get; }

    /// <summary>Whether features lie in host memory.</summary>
    public virtual bool UsesHostMemory => false;

    /// <summary>Whether there is but one device, 0.</summary>
    public virtual bool HasOneDevice => false;

    /// <summary>The libraries that the runtime loads for it, without prefix and suffix, in the order in which they are loaded.</summary>
    public virtual ImmutableArray<string> Libraries => [];

    /// <summary>What a thread holds while it uses the device, where the device serves one at a time; otherwise <see langword="null"/>.</summary>
    public virtual Lock? Turn => null;

    /// <summary>The most bytes of one tensor.</summary>
    public virtual long MaximumTensorBytes => long.MaxValue;

    /// <summary>The memory that features lie in.</summary>
    public virtual OrtMemoryInfo MemoryOf(int device) => new(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);

    /// <summary>Adds the provider to a session's settings.</summary>
    /// <param name="settings">Of the session.</param>
    /// <param name="options">Of the backend.</param>
    /// <param name="capture">Whether runs may be captured as graphs of the device.</param>
    public abstract void AppendTo(SessionOptions settings, OnnxRuntimeOptions options, bool capture);

    /// <summary>The provider of a name that a user wrote.</summary>
    /// <param name="name">In any case, with or without <c>ExecutionProvider</c>.</param>
    /// <param name="available">What the ONNX Runtime build lists.</param>
    /// <exception cref="ArgumentException">Nobody knows the name; the message lists what is known.</exception>
    public static ExecutionProvider Find(string name, IReadOnlyCollection<string> available)
    {
        var wanted = (name ?? "").Trim();
        var plain = wanted.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? wanted[..^Suffix.Length] : wanted;
        plain = plain.Equals("DirectML", StringComparison.OrdinalIgnoreCase) ? "DML" : plain;
        if (Known.FirstOrDefault(k => k.Name.Equals(plain, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return known;
        }

        var others = available.Select(a => a.EndsWith(Suffix, StringComparison.Ordinal) ? a[..^Suffix.Length] : a);
        if (others.Concat(Others).FirstOrDefault(o => o.Equals(plain, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            return new OtherProvider(other);
        }

        throw new ArgumentException(
            $"'{name}' is not an execution provider that is known. Known: {string.Join(", ", Known.Select(k => k.Name).Concat(Others))}.");
    }

    /// <summary>The user's own options of the provider, over those given.</summary>
    protected Dictionary<string, string> Merge(OnnxRuntimeOptions options, Dictionary<string, string> defaults)
    {
        foreach (var (provider, more) in options.ProviderOptions)
        {
            if (provider.Equals(Name, StringComparison.OrdinalIgnoreCase) || provider.Equals(RuntimeName, StringComparison.OrdinalIgnoreCase))
            {
                foreach (var (key, value) in more)
                {
                    defaults[key] = value;
                }
            }
        }

        return defaults;
    }

    protected static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public override string ToString() => Name;

    private const string Suffix = "ExecutionProvider";

    private static readonly string[] Others = ["DML", "CoreML", "OpenVINO", "MIGraphX", "QNN", "XNNPACK", "Dnnl", "NNAPI", "VitisAI"];
}

/// <summary>The processor itself.</summary>
internal sealed class CpuProvider : ExecutionProvider
{
    public override string Name => "CPU";

    public override string RuntimeName => "CPUExecutionProvider";

    public override bool UsesHostMemory => true;

    public override bool HasOneDevice => true;

    public override string Remedy => "It is part of every ONNX Runtime.";

    public override void AppendTo(SessionOptions settings, OnnxRuntimeOptions options, bool capture)
    {
    }
}

/// <summary>NVIDIA's CUDA.</summary>
internal sealed class CudaProvider : ExecutionProvider
{
    public override string Name => "CUDA";

    public override string RuntimeName => "CUDAExecutionProvider";

    public override ImmutableArray<string> Libraries => ["onnxruntime_providers_shared", "onnxruntime_providers_cuda"];

    public override string Remedy =>
        "It needs an NVIDIA driver, the CUDA runtime and cuDNN of the versions that the provider library was built for on the library path, " +
        "and the package CachePolicies.OnnxRuntime.Gpu (in a source build: -p:Gpu=true).";

    public override OrtMemoryInfo MemoryOf(int device) => new(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);

    public override void AppendTo(SessionOptions settings, OnnxRuntimeOptions options, bool capture)
    {
        using var provider = new OrtCUDAProviderOptions();
        var values = new Dictionary<string, string>
        {
            ["device_id"] = Text(options.DeviceId),
            ["arena_extend_strategy"] = options.ArenaStrategy == ArenaStrategy.NextPowerOfTwo ? "kNextPowerOfTwo" : "kSameAsRequested",
        };
        if (options.MemoryLimit is { } limit)
        {
            values["gpu_mem_limit"] = Text(limit);
        }

        if (options.CudaGraphs && capture)
        {
            values["enable_cuda_graph"] = "1";
        }

        provider.UpdateOptions(Merge(options, values));
        settings.AppendExecutionProvider_CUDA(provider);
    }
}

/// <summary>NVIDIA's TensorRT; what it cannot take runs on CUDA, and so do operations.</summary>
internal sealed class TensorRtProvider : ExecutionProvider
{
    private static readonly CudaProvider Cuda = new();

    public override string Name => "TensorRT";

    public override string RuntimeName => "TensorrtExecutionProvider";

    public override ImmutableArray<string> Libraries => ["onnxruntime_providers_shared", "onnxruntime_providers_tensorrt", "onnxruntime_providers_cuda"];

    public override ExecutionProvider ForOperations => Cuda;

    public override string Remedy => "It needs TensorRT of the version that the provider library was built for on the library path, in addition to all that CUDA needs.";

    public override OrtMemoryInfo MemoryOf(int device) => Cuda.MemoryOf(device);

    public override void AppendTo(SessionOptions settings, OnnxRuntimeOptions options, bool capture)
    {
        using var provider = new OrtTensorRTProviderOptions();
        var values = new Dictionary<string, string> { ["device_id"] = Text(options.DeviceId) };
        if (options.TensorRtCacheFolder is { } folder)
        {
            values["trt_engine_cache_enable"] = "1";
            values["trt_engine_cache_path"] = folder;
            values["trt_timing_cache_enable"] = "1";
            values["trt_timing_cache_path"] = folder;
        }

        provider.UpdateOptions(Merge(options, values));
        settings.AppendExecutionProvider_Tensorrt(provider);
        Cuda.AppendTo(settings, options, capture: false);
    }
}

/// <summary>WebGPU: Vulkan, Direct3D 12 or Metal through Dawn.</summary>
internal sealed class WebGpuProvider : ExecutionProvider
{
    private static readonly Lock OneDevice = new();

    // All sessions of a process share one device with one command encoder, which takes one thread at a time.
    public override Lock? Turn => OneDevice;

    // Buffers are addressed by 32 bits; Dawn would make a larger one in vain and say so only when it is used.
    public override long MaximumTensorBytes => uint.MaxValue;

    public override string Name => "WebGPU";

    public override string RuntimeName => "WebGpuExecutionProvider";

    public override bool HasOneDevice => true;

    public override string Remedy => "It needs an ONNX Runtime that was built with WebGPU, and on Linux a Vulkan driver with its loader (libvulkan1).";

    public override OrtMemoryInfo MemoryOf(int device) => new("WebGPU_Buffer", OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);

    public override void AppendTo(SessionOptions settings, OnnxRuntimeOptions options, bool capture) =>
        settings.AppendExecutionProvider("WebGPU", Merge(options, []));
}

/// <summary>A provider that is passed through: stages run on it, features lie in host memory, operations run on the processor.</summary>
internal sealed class OtherProvider(string name) : ExecutionProvider
{
    private static readonly CpuProvider Cpu = new();

    public override string Name => name;

    public override string RuntimeName => name + "ExecutionProvider";

    public override ExecutionProvider ForOperations => Cpu;

    public override bool UsesHostMemory => true;

    public override string Remedy => $"It needs an ONNX Runtime that was built with {name}, and what its documentation asks for.";

    public override void AppendTo(SessionOptions settings, OnnxRuntimeOptions options, bool capture) =>
        settings.AppendExecutionProvider(name, Merge(options, []));
}
