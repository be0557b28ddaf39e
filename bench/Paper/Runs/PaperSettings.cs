using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// The policies of the paper's tables, each at the settings that were published for FLUX and at settings that beat their control in <c>policies.md</c> on
/// the sample model.
/// </summary>
internal static class PaperSettings
{
    /// <summary>H2-Cache as published: τ1 0.15, τ2 0.18, Dp1 512, Dp2 384.</summary>
    public const string H2Published = "H2-Cache, published";

    /// <summary>H2-Cache, tuned.</summary>
    public const string H2Tuned = "H2-Cache, tuned";

    private const string Published = ", published";

    /// <summary>H2-Cache at the two.</summary>
    public static IEnumerable<ComparedPolicy> H2Cache =>
    [
        new SweepEntry("H2Cache").ToCompared(H2Published),
        new SweepEntry("H2Cache", ["StructureThreshold=0.15", "DetailThreshold=0.08", "ForcedLastSteps=3", .. PolicySweep.Extrapolated]).ToCompared(H2Tuned),
    ];

    /// <summary>All policies of the paper's table.</summary>
    public static IEnumerable<ComparedPolicy> All =>
    [
        .. H2Cache,
        new SweepEntry("BlockCache").ToCompared($"block cache{Published}"),
        new SweepEntry("BlockCache", "Threshold=0.12", "Approximation.Method=Aligned").ToCompared("block cache, tuned"),
        new SweepEntry("TeaCache").ToCompared($"TeaCache{Published}"),
        new SweepEntry("TeaCache", ["Threshold=0.2", "Coefficients=1,0", .. PolicySweep.Extrapolated]).ToCompared("TeaCache, tuned"),
    ];

    /// <summary>Whether a row has the published settings.</summary>
    public static bool IsPublished(ComparedRow row) => row.Label.EndsWith(Published, StringComparison.Ordinal);

    /// <summary>H2-Cache at two thresholds, with what else is set.</summary>
    public static ComparedPolicy H2At(string label, double structure, double detail, params string[] settings) =>
        new SweepEntry("H2Cache", [Invariant($"StructureThreshold={structure}"), Invariant($"DetailThreshold={detail}"), .. settings]).ToCompared(label);
}
