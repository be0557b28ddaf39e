using CachePolicies.Policies;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The policies and thresholds that are compared on the sample model.</summary>
internal static class PolicySweep
{
    /// <summary>All rows.</summary>
    /// <param name="fitted">TeaCache's polynomial for the model, the highest power first.</param>
    public static SweepEntry[] All(double[] fitted) =>
    [
        .. Each(last => H2Cache(0.12f, 0.12f, last), 0, 3, 5),
        .. Each(last => H2Cache(0.15f, 0.18f, last), 0, 3, 5),
        .. Each(last => H2Cache(0.2f, 0.2f, last), 0, 3, 5),
        H2Cache(0.08f, 0.08f, 0),
        H2Cache(0.12f, 0.05f, 5),
        H2Cache(0.15f, 0.08f, 3, extrapolated: true),
        H2Cache(0.22f, 0.12f, 3, extrapolated: true),
        H2Cache(0.3f, 0.16f, 3, extrapolated: true),
        H2FirstBlock(0.12f, 0.1f),
        H2FirstBlock(0.15f, 0.22f),
        .. Each(t => BlockCache(t, aligned: false), 0.04f, 0.07f, 0.12f, 0.2f),
        .. Each(t => BlockCache(t, aligned: true), 0.07f, 0.12f, 0.2f),
        .. Each(t => TeaCache(t, "identity", PolicySettings.Identity, extrapolated: false), 0.07f, 0.12f, 0.2f, 0.3f),
        .. Each(t => TeaCache(t, "identity", PolicySettings.Identity, extrapolated: true), 0.12f, 0.15f, 0.2f, 0.3f),
        .. Each(t => TeaCache(t, "fitted", fitted, extrapolated: false), 0.12f, 0.2f),
        .. Each(t => DiCache(t, aligned: true), 0.03f, 0.04f, 0.07f, 0.1f, 0.12f, 0.2f),
        DiCache(0.07f, aligned: false),
    ];

    private static SweepEntry[] Each<T>(Func<T, SweepEntry> entryOf, params T[] values) => Array.ConvertAll(values, v => entryOf(v));

    private static SweepEntry H2Cache(float structure, float detail, int forced, bool extrapolated = false)
    {
        var options = new H2CacheOptions { StructureThreshold = structure, DetailThreshold = detail, ForcedLastSteps = forced };
        if (extrapolated)
        {
            options.Approximation.Extrapolate();
        }

        return new SweepEntry("H2-Cache", Invariant($"τ1 {structure}, τ2 {detail}, last {forced}") + How(extrapolated), CachePolicy.H2Cache(options), !extrapolated && forced == 0);
    }

    private static SweepEntry H2FirstBlock(float structure, float detail) => new(
        "H2-Cache, first-block residual",
        Invariant($"τ1 {structure}, τ2 {detail}, last 0"),
        CachePolicy.H2Cache(new H2CacheOptions
        {
            Variant = H2CacheVariant.FirstBlockResidual,
            StructureThreshold = structure,
            DetailThreshold = detail,
            StructurePoolDivisor = 2048,
        }),
        IsPlain: true);

    private static SweepEntry BlockCache(float threshold, bool aligned) => new(
        "block cache",
        Invariant($"τ {threshold}, last 0{(aligned ? ", aligned" : "")}"),
        CachePolicy.BlockCache(new BlockCacheOptions { Threshold = threshold, Approximation = { Method = aligned ? SkipMethod.Aligned : SkipMethod.Plain } }),
        !aligned);

    private static SweepEntry TeaCache(float threshold, string polynomial, double[] coefficients, bool extrapolated)
    {
        var options = new TeaCacheOptions { Threshold = threshold, Coefficients = coefficients };
        if (extrapolated)
        {
            options.Approximation.Extrapolate();
        }

        return new SweepEntry(
            "TeaCache",
            Invariant($"{polynomial} polynomial, δ {threshold}, last 1") + How(extrapolated),
            CachePolicy.TeaCache(options),
            !extrapolated && polynomial == "identity");
    }

    private static SweepEntry DiCache(float threshold, bool aligned) => new(
        "DiCache",
        Invariant($"δ {threshold}, retention 0, last 1{(aligned ? "" : ", not aligned")}"),
        CachePolicy.DiCache(new DiCacheOptions { Threshold = threshold, RetentionRatio = 0, TrajectoryAlignment = aligned }),
        aligned);

    private static string How(bool extrapolated) => extrapolated ? ", " + PolicySettings.ExtrapolatedName : "";
}
