using System.Text.Json;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Hosting;

namespace CachePolicies.Bench;

/// <summary>A prompt, and whether the model was trained on its words together.</summary>
internal sealed record BenchPrompt(string Text, bool IsNew);

/// <summary>The sample model on ONNX Runtime's CPU provider, with its prompts.</summary>
internal sealed class SampleModel : IDisposable
{
    public const float Guidance = 3;

    private readonly OnnxDenoiserModel _model;
    private readonly WordTokenizer _tokenizer;

    private SampleModel(OnnxRuntimeBackend backend, OnnxDenoiserModel model, WordTokenizer tokenizer, BenchPrompt[] prompts, ISampler sampler, int threads)
    {
        Backend = backend;
        _model = model;
        _tokenizer = tokenizer;
        Prompts = prompts;
        Sampler = sampler;
        Clock = threads == 1 ? BenchClock.Thread : BenchClock.Wall;
    }

    public OnnxRuntimeBackend Backend { get; }

    public BenchPrompt[] Prompts { get; }

    public ISampler Sampler { get; }

    /// <summary>What generations and stages are timed by.</summary>
    public BenchClock Clock { get; }

    public StagedDenoiser Denoiser => _model.Denoiser;

    public string Fingerprint => _model.Manifest.Fingerprint ?? "unknown";

    public static SampleModel Load(BenchOptions options)
    {
        var directory = options.Model ?? Path.Combine(BenchOptions.RepositoryRoot(), "models", "emoji");
        var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Providers = { "CPU" }, Threads = options.Threads });
        var model = OnnxDenoiserModel.Load(directory, backend);
        var manifest = model.Manifest.TextToImage ?? throw new ArgumentException($"The model in '{directory}' draws no pictures of text.");
        var words = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(directory, manifest.Tokenizer.Vocabulary)))!;
        var tokenizer = new WordTokenizer([.. words], manifest.Tokenizer.Length, manifest.Tokenizer.Input, manifest.Tokenizer.Styles, manifest.Tokenizer.Empty);
        var prompts = JsonSerializer.Deserialize<Dictionary<string, string[]>>(File.ReadAllText(Path.Combine(directory, "prompts.json")))!;
        return new SampleModel(
            backend,
            model,
            tokenizer,
            [.. prompts["known"].Take(options.Prompts).Select(p => new BenchPrompt(p, false)), .. prompts["new"].Take(options.Prompts).Select(p => new BenchPrompt(p, true))],
            new FlowMatchEulerSampler(manifest.Sampler.Shift),
            options.Threads);
    }

    /// <summary>The denoiser under a policy.</summary>
    public DenoisingLoop Loop(ICachePolicy policy) => new(new CachedDenoiser(Denoiser, policy, new CachedDenoiserOptions { TimeProvider = Clock }), Sampler);

    /// <summary>A guided generation of a prompt; each prompt has noise of its own.</summary>
    public GenerationRequest Request(BenchPrompt prompt, int steps, float guidance = Guidance)
    {
        var noise = GaussianNoise.Create(1000 + Array.IndexOf(Prompts, prompt), checked((int)Denoiser.Layout.Latent.Primary.Shape.ElementCount));
        return new GenerationRequest(steps, [new GenerationSample(noise, _tokenizer.Encode(prompt.Text, null), _tokenizer.EncodeEmpty())], guidance);
    }

    public void Dispose()
    {
        _model.Dispose();
        Backend.Dispose();
    }
}
