using CachePolicies.Diffusers;

namespace CachePolicies.Fuzz;

/// <summary>A file of a tokenizer, whose folder is opened whole and encodes a text.</summary>
internal abstract class TokenizerFile(string folder, string file) : FuzzedFormat
{
    public override string FileName => file;

    public override IReadOnlyList<byte[]> Seeds { get; } = [File.ReadAllBytes(Path.Combine(Resource.Pipeline("flux035"), folder, file))];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(TokenizerException)];

    public override void Prepare(DirectoryInfo place)
    {
        foreach (var part in Directory.EnumerateFiles(Path.Combine(Resource.Pipeline("flux035"), folder)))
        {
            File.Copy(part, Path.Combine(place.FullName, Path.GetFileName(part)));
        }
    }

    public override void Read(string path) => PromptTokenizer.Open(Path.GetDirectoryName(path)!);
}

/// <summary>The vocabulary of CLIP's tokenizer.</summary>
internal sealed class ClipWords() : TokenizerFile("tokenizer", "vocab.json")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);
}

/// <summary>The merges of CLIP's tokenizer.</summary>
internal sealed class ClipMerges() : TokenizerFile("tokenizer", "merges.txt")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => TextMutator.Mutate(random, seed);
}

/// <summary>The settings of CLIP's tokenizer.</summary>
internal sealed class ClipSettings() : TokenizerFile("tokenizer", "tokenizer_config.json")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);
}

/// <summary>The pieces of T5's tokenizer.</summary>
internal sealed class T5Pieces() : TokenizerFile("tokenizer_2", "spiece.model")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => ProtobufMutator.Mutate(random, seed);
}
