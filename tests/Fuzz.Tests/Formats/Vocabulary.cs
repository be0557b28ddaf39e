using CachePolicies.TextToImage;

namespace CachePolicies.Fuzz;

/// <summary>The words of a staged model.</summary>
internal sealed class Vocabulary : FuzzedFormat
{
    public override string FileName => "vocabulary.json";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Text("""["", "red", "green", "apple", "pear", "twitter"]""")];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        try
        {
            _ = new WordTokenizer(VocabularyFile.Read(path), 8, "text_ids", []);
        }
        catch (ArgumentException contradiction)
        {
            throw new InvalidDataException(ManifestParts.Sentence(contradiction), contradiction);
        }
    }
}
