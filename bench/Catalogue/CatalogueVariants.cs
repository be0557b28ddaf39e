using System.Globalization;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>
/// Every policy of the catalogue with a ladder of settings. What a ladder leaves fixed is what its method publishes, save that nothing is retained at the
/// start beyond what the method needs: the sample model changes least there, and runs of 28 steps are short. A policy without a ladder of its own here has
/// that of its tuning.
/// </summary>
internal static class CatalogueVariants
{
    private const string TaylorMethod = "Approximation.Method=Taylor";

    private static readonly string[] Thresholds = Ladder(0.02, 0.7, 16);

    // MagCache adds up how far ratios near 1 are from 1.
    private static readonly string[] MagCacheThresholds = Ladder(0.002, 1, 16);

    private static readonly CatalogueVariant[] Own =
    [
        H2Cache("H2-Cache"),
        H2Cache("H2-Cache, adaptive (reaction)", Adaptive(1, 1, 0.5)),
        H2Cache("H2-Cache, adaptive (schedule)", Adaptive(1.5, 0.5, 0)),
        H2Cache("H2-Cache, first-block residual", "Variant=FirstBlockResidual", "StructurePoolDivisor=2048"),
        Threshold("BlockCache", "BlockCache", Thresholds),
        Threshold("TeaCache", "TeaCache", Thresholds, "Coefficients=1,0"),
        Threshold("DiCache", "DiCache", Thresholds, "RetentionRatio=0"),
        Threshold("EasyCache", "EasyCache", Thresholds, "WarmupSteps=2"),
        Threshold("MagCache", "MagCache", MagCacheThresholds, "RetentionRatio=0", "MaximumConsecutiveSkips=null"),
        Threshold("DBCache, F 1, B 1", "DBCache", Thresholds, "WarmupSteps=0", "Probe=structure.probe", "Tail=detail.tail"),
        Threshold("DBCache, F 2, B 0", "DBCache", Thresholds, "WarmupSteps=0", "Probe=structure.probe2", "Tail=detail"),
        TaylorSeer("TaylorSeer, order 1", 1),
        TaylorSeer("TaylorSeer, order 2", 2),
        TaylorSeer("TaylorSeer, order 1 in σ, half damped", 1, "Approximation.Coordinate=Sigma", "Approximation.Damping=0.5"),
        TaylorSeer("TaylorSeer, order 2 in σ, half damped", 2, "Approximation.Coordinate=Sigma", "Approximation.Damping=0.5"),
        new("LogSnr", "LogSnr", [.. new[] { 28, 22, 18, 14, 12, 10, 9, 8, 7, 6, 5, 4 }.Select(n => new[] { FormattableString.Invariant($"Evaluations={n}") })]),
        new("StepMask", "StepMask", [.. new[] { "slow", "medium", "fast", "ultra" }.Select(m => new[] { $"StepMask={m}" })]),
    ];

    /// <summary>All of them, in the order of the catalogue.</summary>
    /// <param name="layout">The model's layout.</param>
    public static IReadOnlyList<CatalogueVariant> All(DenoiserLayout layout) =>
        [.. PolicyCatalog.All.Where(p => p.Name != "None").SelectMany(p => Own.Where(v => v.Policy == p.Name).DefaultIfEmpty(Tuned(p, layout)))];

    /// <summary>The ladder of the first thing that tuning varies; a policy that has nothing to tune has its defaults alone.</summary>
    private static CatalogueVariant Tuned(CachePolicyDescriptor policy, DenoiserLayout layout) =>
        new(policy.Name, policy.Name, policy.Tuning?.Invoke(new TuningModel(layout, [])) is [var first, ..] ? first.Values : [[]]);

    private static CatalogueVariant H2Cache(string name, params string[] settings) =>
        new(name, "H2Cache", [.. Thresholds.Select(t => (string[])[$"StructureThreshold={t}", $"DetailThreshold={t}", .. settings])]);

    private static string[] Adaptive(double start, double end, double reaction) =>
    [
        "Adaptive.Enabled=true",
        FormattableString.Invariant($"Adaptive.StartFactor={start}"),
        FormattableString.Invariant($"Adaptive.EndFactor={end}"),
        FormattableString.Invariant($"Adaptive.Reaction={reaction}"),
    ];

    private static CatalogueVariant Threshold(string name, string policy, string[] thresholds, params string[] settings) =>
        new(name, policy, [.. thresholds.Select(t => (string[])[$"Threshold={t}", .. settings])]);

    private static CatalogueVariant TaylorSeer(string name, int order, params string[] settings) => new(
        name,
        "TaylorSeer",
        [
            .. Enumerable.Range(2, 14).Select(interval => (string[])
            [
                FormattableString.Invariant($"Interval={interval}"),
                FormattableString.Invariant($"WarmupSteps={order + 1}"),
                FormattableString.Invariant($"Approximation.Order={order}"),
                TaylorMethod,
                .. settings,
            ]),
        ]);

    /// <summary>Evenly spaced in ratio, to two digits.</summary>
    private static string[] Ladder(double low, double high, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (low * Math.Pow(high / low, i / (count - 1.0))).ToString("G2", CultureInfo.InvariantCulture))];
}
