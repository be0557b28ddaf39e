namespace CachePolicies.Comparison;

/// <summary>A picture of a comparison.</summary>
/// <param name="Prompt">What it shows.</param>
/// <param name="Seed">The seed of its noise.</param>
public sealed record PlannedPicture(string Prompt, long Seed)
{
    /// <summary>Every prompt with every seed, the seeds of a prompt together.</summary>
    public static IReadOnlyList<PlannedPicture> Each(IEnumerable<string> prompts, IReadOnlyCollection<long> seeds) =>
        [.. prompts.SelectMany(_ => seeds, (prompt, seed) => new PlannedPicture(prompt, seed))];
}
