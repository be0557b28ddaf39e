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

    public override void Read(string path) => PromptTokenizer.Open(Path.GetDirectoryName(path)!).Encode("A red  apple, <extra_id_0> l\u2019\u00e9t\u00e9 \U0001F34E", 16);
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

/// <summary>The special tokens of CLIP's tokenizer.</summary>
internal sealed class ClipSpecialTokens() : TokenizerFile("tokenizer", "special_tokens_map.json")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);
}

/// <summary>The settings of T5's tokenizer.</summary>
internal sealed class T5Settings() : TokenizerFile("tokenizer_2", "tokenizer_config.json")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);
}

/// <summary>The tokens that were added to T5's.</summary>
internal sealed class T5AddedTokens() : TokenizerFile("tokenizer_2", "added_tokens.json")
{
    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);
}
