using System.Text.Json;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;

namespace CachePolicies.SampleModel.Tests;

/// <summary>The project's own model, open on ONNX Runtime's CPU provider.</summary>
public sealed class SampleModelFixture : IDisposable
{
    private static readonly string[] Captions = ["twitter red apple", "fluent cat face", "twitter grinning face", "fluent banana"];
    private readonly string[] _vocabulary;

    public SampleModelFixture()
    {
        Backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { Threads = 2 });
        Model = OnnxDenoiserModel.Load(Find(), Backend);
        _vocabulary = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(Model.Directory, "vocabulary.json")))!;
    }

    public OnnxRuntimeBackend Backend { get; }

    public OnnxDenoiserModel Model { get; }

    public DenoiserLayout Layout => Model.Denoiser.Layout;

    public void Dispose()
    {
        Model.Dispose();
        Backend.Dispose();
    }

    /// <summary>Noise of a seed and a caption of the training set.</summary>
    public GenerationSample Sample(int seed)
    {
        var random = new Random(seed);
        var noise = new float[64 * 48];
        for (var i = 0; i < noise.Length; i++)
        {
            noise[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        var words = new long[8];
        var caption = Captions[seed % Captions.Length].Split(' ');
        for (var i = 0; i < caption.Length; i++)
        {
            words[i] = Array.IndexOf(_vocabulary, caption[i]);
            Assert.True(words[i] > 0, caption[i]);
        }

        return new GenerationSample(
            noise,
            new Dictionary<string, InputValue> { ["text_ids"] = words },
            new Dictionary<string, InputValue> { ["text_ids"] = new long[8] });
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "models", "emoji");
            if (File.Exists(Path.Combine(candidate, "manifest.json")))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("models/emoji is not above the test's folder.");
    }
}
