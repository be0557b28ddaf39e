namespace CachePolicies.Bench;

/// <summary>The policies and thresholds that are compared on the sample model.</summary>
internal static class PolicySweep
{
    /// <summary>Reuse of the first order in σ, half damped, in place of plain reuse.</summary>
    public static readonly string[] Extrapolated = ["Approximation.Method=Taylor", "Approximation.Coordinate=Sigma", "Approximation.Damping=0.5"];

    private static readonly string[] Aligned = ["Approximation.Method=Aligned"];
    private static readonly string[] Identity = ["Coefficients=1,0"];

    /// <summary>All rows.</summary>
    public static SweepEntry[] All { get; } =
    [
        .. Each(last => H2Cache(0.12, 0.12, last), 0, 3, 5),
        .. Each(last => H2Cache(0.15, 0.18, last), 0, 3, 5),
        .. Each(last => H2Cache(0.2, 0.2, last), 0, 3, 5),
        H2Cache(0.08, 0.08, 0),
        H2Cache(0.12, 0.05, 5),
        H2Cache(0.15, 0.08, 3, Extrapolated),
        H2Cache(0.22, 0.12, 3, Extrapolated),
        H2Cache(0.3, 0.16, 3, Extrapolated),
        H2Cache(0.12, 0.1, 0, "Variant=FirstBlockResidual", "StructurePoolDivisor=2048"),
        H2Cache(0.15, 0.22, 0, "Variant=FirstBlockResidual", "StructurePoolDivisor=2048"),
        .. Each(t => Threshold("BlockCache", t), 0.04, 0.07, 0.12, 0.2),
        .. Each(t => Threshold("BlockCache", t, Aligned), 0.07, 0.12, 0.2),
        .. Each(t => Threshold("TeaCache", t, Identity), 0.07, 0.12, 0.2, 0.3),
        .. Each(t => Threshold("TeaCache", t, [.. Identity, .. Extrapolated]), 0.12, 0.15, 0.2, 0.3),
        .. Each(t => Threshold("DiCache", t, "RetentionRatio=0"), 0.03, 0.04, 0.07, 0.1, 0.12, 0.2),
        Threshold("DiCache", 0.07, "RetentionRatio=0", "TrajectoryAlignment=false"),
    ];

    private static SweepEntry H2Cache(double structure, double detail, int last, params string[] settings) =>
        new("H2Cache", [Text($"StructureThreshold={structure}"), Text($"DetailThreshold={detail}"), .. settings, Text($"ForcedLastSteps={last}")]);

    private static SweepEntry Threshold(string policy, double threshold, params string[] settings) => new(policy, [Text($"Threshold={threshold}"), .. settings]);

    private static SweepEntry[] Each<T>(Func<T, SweepEntry> entryOf, params T[] values) => Array.ConvertAll(values, v => entryOf(v));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
