namespace CachePolicies.Bench;

/// <summary>A policy with the settings that may be chosen.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Settings">From the most careful to the boldest.</param>
internal sealed record CataloguePolicy(string Name, IReadOnlyList<CatalogueSetting> Settings);

/// <summary>A setting of a policy.</summary>
/// <param name="Text">For tables.</param>
/// <param name="Create">The policy with that many forced last steps.</param>
internal sealed record CatalogueSetting(string Text, Func<int, ICachePolicy> Create)
{
    /// <summary>As a row of a comparison.</summary>
    public SweepEntry Entry(string policy, int forcedLast) => new(policy, $"{Text}, last {forcedLast}", Create(forcedLast));
}
