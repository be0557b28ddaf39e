using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>A policy by its threshold.</summary>
/// <param name="Name">What it is called in the tables.</param>
/// <param name="Threshold">The threshold for decisions of each sample.</param>
/// <param name="At">The policy with a threshold.</param>
internal sealed record BatchPolicy(string Name, float Threshold, Func<float, SweepEntry> At)
{
    /// <summary>The policy with a threshold.</summary>
    public ICachePolicy Create(float threshold) => At(threshold).ToCompared(Name).Policy;
}

/// <summary>The policies that are run in a batch.</summary>
internal static class BatchPolicies
{
    // As in the sample's settings: the detail threshold follows the structure threshold.
    private const float DetailShare = 0.55f;

    public static BatchPolicy[] All { get; } =
    [
        new(Invariant($"H2Cache, τ2 = {DetailShare} τ1, last 3, extrapolated"), 0.22f, H2Cache),
        new("BlockCache", 0.07f, t => new("BlockCache", Invariant($"Threshold={t}"))),
        new("TeaCache, identity polynomial", 0.12f, t => new("TeaCache", Invariant($"Threshold={t}"), "Coefficients=1,0")),
        new("DiCache, retention 0", 0.1f, t => new("DiCache", Invariant($"Threshold={t}"), "RetentionRatio=0")),
    ];

    private static SweepEntry H2Cache(float threshold) =>
        new("H2Cache", [Invariant($"StructureThreshold={threshold}"), Invariant($"DetailThreshold={DetailShare * threshold}"), "ForcedLastSteps=3", .. PolicySweep.Extrapolated]);
}
