using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;

namespace CachePolicies.Tool.Tests;

/// <summary>A fixture that was split into a folder of its own, open as stages and whole.</summary>
internal sealed class SplitModel : IDisposable
{
    private static readonly Dictionary<string, int> Sizes = new() { ["frames"] = 3, ["height"] = 4, ["width"] = 4, ["axis0"] = 12 };

    private readonly DirectoryInfo _folder;
    private readonly OnnxRuntimeBackend _backend;
    private readonly OnnxDenoiserModel _staged;
    private readonly OnnxDenoiserModel _unsplit;

    private SplitModel(DirectoryInfo folder, GraphOptimization optimization)
    {
        _backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 1, GraphOptimization = optimization });
        _folder = folder;
        _staged = OnnxDenoiserModel.Load(Path.Combine(folder.FullName, "split"), _backend);
        _unsplit = OnnxDenoiserModel.LoadUnsplit(Path.Combine(folder.FullName, "split"), _backend);
    }

    public StagedDenoiser Staged => _staged.Denoiser.Bind(SizesOf(_staged.Denoiser.Layout));

    public StagedDenoiser Unsplit => _unsplit.Denoiser.Bind(SizesOf(_unsplit.Denoiser.Layout));

    public static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Denoisers", name + ".onnx");

    /// <summary>Splits a model with the tool and opens it.</summary>
    public static Task<SplitModel> Of(string model, GraphOptimization optimization = GraphOptimization.All, params string[] options) =>
        Of(_ => model, optimization, options);

    /// <summary>Splits a model that is written into a folder of its own first.</summary>
    public static async Task<SplitModel> Of(Func<string, string> write, GraphOptimization optimization = GraphOptimization.All, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("cachepolicies-split-");
        var model = write(folder.FullName);
        var run = await ToolRun.Of(["split", model, "--out", Path.Combine(folder.FullName, "split"), .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return new SplitModel(folder, optimization);
    }

    /// <summary>A whole generation from fixed noise, or from what is made of it: the latents at its end.</summary>
    public static float[] Generate(
        StagedDenoiser denoiser, ICachePolicy policy, IEvaluationObserver? observer = null, int steps = 8, Func<float, int, float>? noiseOf = null)
    {
        var loop = new DenoisingLoop(new CachedDenoiser(denoiser, policy), new FlowMatchEulerSampler());
        var noise = Numbers(denoiser.Layout.Latent.Primary.Shape.ElementCount, 1);
        GenerationSample sample = new(noiseOf is null ? noise : [.. noise.Select(noiseOf)], Inputs(denoiser.Layout, 2), Inputs(denoiser.Layout, 3));
        return loop.Run(new GenerationRequest(steps, [sample], Guidance: 2), observer)[0];
    }

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _staged.Dispose();
        _unsplit.Dispose();
        _backend.Dispose();
        _folder.Delete(recursive: true);
    }

    private static Dictionary<string, int> SizesOf(DenoiserLayout layout) =>
        layout.FreeAxes().ToDictionary(axis => axis, axis => Sizes[axis], StringComparer.Ordinal);

    private static Dictionary<string, InputValue> Inputs(DenoiserLayout layout, int seed) => layout.Inputs
        .Where(input => input.Name != DenoiserLayout.TimestepInput)
        .ToDictionary(
            input => input.Name,
            // Positions are those of the model, the same for both branches.
            input => input.ElementType == ElementType.Int64
                ? Enumerable.Range(0, (int)input.Shape.ElementCount).Select(i => (long)((seed + i) % 3)).ToArray()
                : (InputValue)Numbers(input.Shape.ElementCount, input.Name.EndsWith("_ids", StringComparison.Ordinal) ? 5 : seed),
            StringComparer.Ordinal);

    private static float[] Numbers(long count, int seed) => [.. Enumerable.Range(0, (int)count).Select(i => MathF.Sin((seed * 3.3f) + (i * 1.7f)))];
}
