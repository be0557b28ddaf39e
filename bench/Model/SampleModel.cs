using System.Text.Json;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.Bench;

/// <summary>A prompt with noise of its own.</summary>
/// <param name="Text">What is drawn.</param>
/// <param name="IsNew">Whether the model never saw the words together.</param>
/// <param name="Seed">Of the noise.</param>
internal sealed record BenchPrompt(string Text, bool IsNew, int Seed);

/// <summary>The sample model on ONNX Runtime's CPU provider, with its prompts.</summary>
internal sealed class SampleModel : IDisposable
{
    public const float Guidance = 3;

    private readonly OnnxRuntimeBackend _backend;
    private readonly OnnxDenoiserModel _model;
    private readonly TextToImageModel _pictures;
    private readonly BenchPrompt[] _known;
    private readonly BenchPrompt[] _new;

    private SampleModel(OnnxRuntimeBackend backend, OnnxDenoiserModel model, string directory, int threads)
    {
        var prompts = JsonSerializer.Deserialize<Dictionary<string, string[]>>(File.ReadAllText(Path.Combine(directory, "prompts.json")))!;
        (_backend, _model, Threads) = (backend, model, threads);
        _pictures = OnnxTextToImage.Create(model);
        _known = [.. prompts["known"].Select((text, i) => new BenchPrompt(text, false, 1000 + i))];
        _new = [.. prompts["new"].Select((text, i) => new BenchPrompt(text, true, 2000 + i))];
        Groups = [new("known", r => prompts["known"].Contains(r.Prompt)), new("new", r => prompts["new"].Contains(r.Prompt))];
    }

    /// <summary>The model's name.</summary>
    public string Name => Denoiser.Layout.Name;

    /// <summary>Prompts that the model was trained on.</summary>
    public IReadOnlyList<BenchPrompt> Known => _known;

    /// <summary>New combinations of words.</summary>
    public IReadOnlyList<BenchPrompt> New => _new;

    /// <summary>Threads of ONNX Runtime.</summary>
    public int Threads { get; }

    /// <summary>What generations and stages are timed by.</summary>
    public BenchClock Clock => Threads == 1 ? BenchClock.Thread : BenchClock.Wall;

    public StagedDenoiser Denoiser => _model.Denoiser;

    /// <summary>The pictures of prompts that the model was trained on, and those of new combinations of words.</summary>
    public IReadOnlyList<PictureGroup> Groups { get; }

    /// <summary>How it was run, for the head of a report.</summary>
    public string Description =>
        $"ONNX Runtime on the CPU, {Threads} {(Threads == 1 ? "thread" : "threads")}, {Clock.Name}. Model {_model.Manifest.Fingerprint ?? "unknown"}.";

    public static SampleModel Load(BenchOptions options) => Load(options, options.Threads ?? 2);

    public static SampleModel Load(BenchOptions options, int threads) => Load(options.ModelDirectory, threads);

    public static SampleModel Load(string directory, int threads)
    {
        var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Providers = { "CPU" }, Threads = threads });
        return new SampleModel(backend, OnnxDenoiserModel.Load(directory, backend), directory, threads);
    }

    /// <summary>The first known and the first new prompts in turn.</summary>
    /// <param name="ofEach">How many of each.</param>
    /// <param name="heldBack">How many of each, from the end, are not to be used.</param>
    public BenchPrompt[] Prompts(int ofEach, int heldBack = 0)
    {
        var most = Math.Min(_known.Length, _new.Length) - heldBack;
        return ofEach <= most
            ? [.. Enumerable.Range(0, ofEach).SelectMany(i => new[] { _known[i], _new[i] })]
            : throw new ArgumentException($"--prompts is {ofEach}; the model's prompts.json allows at most {most} here.");
    }

    /// <summary>The last known and the last new prompt: settings are chosen on them, and nothing else is measured on them.</summary>
    public BenchPrompt[] HeldBackPrompts() => [_known[^1], _new[^1]];

    /// <summary>The model as a comparison draws with it.</summary>
    /// <param name="steps">Sampler steps, unless a picture has its own.</param>
    /// <param name="guidance">The scale of guidance.</param>
    public TextToImagePictures ToCompare(int steps, float guidance = Guidance) => new(_pictures, new PictureRequest(_known[0].Text) { Steps = steps, Guidance = guidance }, Clock, Threads);

    /// <summary>Records the features of an uncached picture.</summary>
    /// <param name="prompt">What is drawn.</param>
    /// <param name="steps">Sampler steps.</param>
    /// <param name="file">The trace to write.</param>
    public void Record(BenchPrompt prompt, int steps, string file)
    {
        var picture = new PictureRequest(prompt.Text) { Seed = prompt.Seed, Steps = steps, Guidance = Guidance };
        TraceRecording.Record(_pictures.Prepare(picture), picture, Guidance, file, half: false, Clock);
    }

    /// <summary>The evaluations of a picture.</summary>
    public IReadOnlyList<EvaluationInfo> EvaluationsOf(int steps)
    {
        var schedule = _pictures.Sampler.CreateSchedule(steps);
        return [.. Enumerable.Range(0, schedule.Evaluations.Length).Select(schedule.InfoAt)];
    }

    /// <summary>The denoiser under a policy.</summary>
    public DenoisingLoop Loop(ICachePolicy policy, DecisionScope scope = DecisionScope.PerLane) =>
        new(new CachedDenoiser(Denoiser, policy, new CachedDenoiserOptions { TimeProvider = Clock, DecisionScope = scope }), _pictures.Sampler);

    /// <summary>A guided generation of prompts, in one batch where they are several.</summary>
    public GenerationRequest Request(int steps, params ReadOnlySpan<BenchPrompt> prompts)
    {
        var prepared = prompts.ToArray().Select(p => _pictures.Prepare(new PictureRequest(p.Text) { Seed = p.Seed, Steps = steps, Guidance = Guidance }).Request).ToArray();
        return prepared[0] with { Samples = [.. prepared.SelectMany(p => p.Samples)] };
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
    }
}
