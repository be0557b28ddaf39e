using CachePolicies.Tool;

namespace CachePolicies.Fuzz;

/// <summary>A file with prompts, one per line.</summary>
internal sealed class Prompts : FuzzedFormat
{
    public override string FileName => "prompts.txt";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Text("# fruit\nred apple\n\ngreen pear\n"), Resource.Text("\uFEFFdeux pommes\r\n日本語 の 林檎\r\n")];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(UsageException)];

    /// <summary>Most lines are prompts.</summary>
    public override bool IsMostlyRight => true;

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => TextMutator.Mutate(random, seed);

    public override void Read(string path) => PromptFile.Read(path, []);
}
