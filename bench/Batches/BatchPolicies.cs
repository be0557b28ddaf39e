using CachePolicies.Policies;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>A policy by its threshold.</summary>
/// <param name="Name">What it is called in the tables.</param>
/// <param name="Threshold">The threshold for decisions of each sample.</param>
/// <param name="Create">The policy with a threshold.</param>
internal sealed record BatchPolicy(string Name, float Threshold, Func<float, ICachePolicy> Create);

/// <summary>The policies that are run in a batch.</summary>
internal static class BatchPolicies
{
    // As in the sample's settings: the detail threshold follows the structure threshold.
    private const float DetailShare = 0.55f;

    public static BatchPolicy[] All { get; } =
    [
        new(Invariant($"H2-Cache, τ2 = {DetailShare} τ1, last 3, {PolicySettings.ExtrapolatedName}"), 0.22f, H2Cache),
        new("block cache", 0.07f, t => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = t })),
        new("TeaCache, identity polynomial", 0.12f, t => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = t, Coefficients = PolicySettings.Identity })),
        new("DiCache, retention 0", 0.1f, t => CachePolicy.DiCache(new DiCacheOptions { Threshold = t, RetentionRatio = 0 })),
    ];

    private static ICachePolicy H2Cache(float threshold)
    {
        var options = new H2CacheOptions { StructureThreshold = threshold, DetailThreshold = DetailShare * threshold, ForcedLastSteps = 3 };
        options.Approximation.Extrapolate();
        return CachePolicy.H2Cache(options);
    }
}
