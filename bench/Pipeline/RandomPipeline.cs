namespace CachePolicies.Bench;

/// <summary>
/// A pipeline's folder as exporters write it, with random weights, in a temporary folder. The tokenizers are those of the tests' small pipelines.
/// </summary>
internal sealed class RandomPipeline : IDisposable
{
    // The VAE's factor follows from the number of levels.
    private const string VaeSettings = """{"latent_channels": 16, "scaling_factor": 1.0, "shift_factor": 0.0, "block_out_channels": [64, 128, 256, 256]}""";
    private const int ClipVocabulary = 49408;
    private const int T5Vocabulary = 32128;

    private RandomPipeline(string name) => Name = name;

    public string Name { get; }

    public string Path { get; } = Directory.CreateTempSubdirectory("cachepolicies").FullName;

    /// <summary>The names that pipelines are made by.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sd3", "flux"];

    /// <summary>Writes a pipeline.</summary>
    public static RandomPipeline Write(string name)
    {
        var pipeline = new RandomPipeline(name);
        try
        {
            pipeline.Fill();
            return pipeline;
        }
        catch
        {
            pipeline.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Fill()
    {
        var isFlux = Name == "flux";
        Save("model_index.json", $$"""{"_class_name": "{{(isFlux ? "FluxPipeline" : "StableDiffusion3Pipeline")}}", "_diffusers_version": "0.34.0"}""");
        Save("scheduler/scheduler_config.json", """{"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0}""");
        Save("vae_decoder/config.json", VaeSettings);
        Save("vae_decoder", RandomComponents.VaeDecoder());
        CopyTokenizer("sd15", "tokenizer", "tokenizer");
        if (isFlux)
        {
            CopyTokenizer("flux035", "tokenizer_2", "tokenizer_2");
            Save("text_encoder", RandomComponents.TextEncoder(ClipVocabulary, RandomDenoisers.Pooled, 12, "pooler_output", 3));
            Save("text_encoder_2", RandomComponents.TextEncoder(T5Vocabulary, RandomDenoisers.T5, 24, null, 4));
        }
        else
        {
            CopyTokenizer("sd15", "tokenizer", "tokenizer_2");
            Save("text_encoder", RandomComponents.TextEncoder(ClipVocabulary, RandomDenoisers.Pooled, 12, "text_embeds", 3));
            Save("text_encoder_2", RandomComponents.TextEncoder(ClipVocabulary, RandomDenoisers.Pooled, 24, "text_embeds", 4));
        }

        Save("transformer", isFlux ? RandomDenoisers.Flux() : RandomDenoisers.StableDiffusion3());
    }

    private void Save(string file, string text)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Save(string folder, RandomGraph graph) => graph.Save(System.IO.Path.Combine(Path, folder));

    private void CopyTokenizer(string family, string from, string to)
    {
        var target = Directory.CreateDirectory(System.IO.Path.Combine(Path, to)).FullName;
        foreach (var file in Directory.GetFiles(System.IO.Path.Combine(BenchOptions.RepositoryRoot(), "tests", "Diffusers.Tests", "Folders", family, from)))
        {
            File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)));
        }
    }
}
