using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A policy with the settings that may be chosen.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Policy">Its name in the catalogue.</param>
/// <param name="Ladder">Settings, each <c>Name=Value</c>, from the most careful to the boldest.</param>
internal sealed record CatalogueVariant(string Name, string Policy, IReadOnlyList<IReadOnlyList<string>> Ladder)
{
    /// <summary>A rung of the ladder as a row of a comparison.</summary>
    public SweepEntry At(int rung, int forcedLast) =>
        new(Policy, [.. Ladder[rung], FormattableString.Invariant($"{nameof(CachePolicyOptions.ForcedLastSteps)}={forcedLast}")]);

    /// <summary>What a row is called.</summary>
    public string Label(int forcedLast) => FormattableString.Invariant($"{Name}, last {forcedLast}");
}
