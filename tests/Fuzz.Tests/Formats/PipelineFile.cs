using CachePolicies.Diffusers;

namespace CachePolicies.Fuzz;

/// <summary>A file in the folder of a pipeline, which is opened whole.</summary>
internal abstract class PipelineFile(string pipeline, string file) : FuzzedFormat
{
    public override string FileName => file;

    public override IReadOnlyList<byte[]> Seeds { get; } = [File.ReadAllBytes(Path.Combine(Resource.Pipeline(pipeline), file))];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(DiffusersFolderException)];

    /// <summary>Each has a folder of 3 MB of its own.</summary>
    public override int Inputs => 100;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Prepare(DirectoryInfo folder)
    {
        var source = Resource.Pipeline(pipeline);
        foreach (var part in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(p => Path.GetExtension(p) is not ".safetensors"))
        {
            var target = Path.Combine(folder.FullName, Path.GetRelativePath(source, part));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(part, target);
        }
    }

    public override void Read(string path)
    {
        var folder = path[..^(file.Length + 1)];
        DiffusersFolder.Open(folder);
    }
}

/// <summary><c>model_index.json</c>.</summary>
internal sealed class PipelineIndex() : PipelineFile("sd15", "model_index.json");

/// <summary>The settings of a U-Net.</summary>
internal sealed class UNetSettings() : PipelineFile("sd15", "unet/config.json");

/// <summary>The settings of a transformer.</summary>
internal sealed class TransformerSettings() : PipelineFile("flux035", "transformer/config.json");

/// <summary>The settings of an encoder of text.</summary>
internal sealed class TextEncoderSettings() : PipelineFile("sd15", "text_encoder/config.json");

/// <summary>The settings of a decoder.</summary>
internal sealed class DecoderSettings() : PipelineFile("flux035", "vae_decoder/config.json");
