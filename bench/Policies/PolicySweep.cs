using System.Globalization;
using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A policy with settings, as a row of the sweep.</summary>
/// <param name="Policy">Which policy.</param>
/// <param name="Settings">Its settings, for the table.</param>
/// <param name="Instance">The policy itself.</param>
internal sealed record SweepEntry(string Policy, string Settings, ICachePolicy Instance);

/// <summary>The policies and thresholds that are compared on the sample model.</summary>
internal static class PolicySweep
{
    public static SweepEntry[] All { get; } =
    [
        .. from t in new[] { (0.05f, 0.05f), (0.12f, 0.12f), (0.15f, 0.18f), (0.2f, 0.2f) } select H2Cache(t.Item1, t.Item2, 0),
        .. from forced in new[] { 3, 5 } from t in new[] { (0.12f, 0.12f), (0.15f, 0.18f), (0.2f, 0.2f), (0.3f, 0.3f) } select H2Cache(t.Item1, t.Item2, forced),
        .. from t in new[] { (0.12f, 0.1f, 0), (0.15f, 0.22f, 0), (0.15f, 0.22f, 4) } select H2FirstBlock(t.Item1, t.Item2, t.Item3),
        .. from forced in new[] { 0, 4 } from t in new[] { 0.07f, 0.12f, 0.2f } select BlockCache(t, forced),
        .. from t in new[] { 0.07f, 0.12f, 0.2f, 0.3f } select TeaCache(t, 1, Plain),
        .. from t in new[] { 0.2f, 0.3f } select TeaCache(t, 3, Plain),
        .. from t in new[] { 0.2f, 0.3f } select TeaCache(t, 1, Extrapolated),
        .. from t in new[] { 0.04f, 0.07f, 0.12f, 0.2f, 0.4f } select DiCache(t, 0, true),
        DiCache(0.07f, 0, false),
        DiCache(0.4f, 0.2, true),
    ];

    private static SkipApproximationOptions Plain => new();

    private static SkipApproximationOptions Extrapolated => new() { Method = SkipMethod.Taylor, Damping = 0.5f, Coordinate = ExtrapolationCoordinate.Sigma };

    private static SweepEntry H2Cache(float structure, float detail, int forced) => new(
        "H2-Cache",
        Text($"τ1 {structure}, τ2 {detail}, last {forced}"),
        CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = structure, DetailThreshold = detail, ForcedLastSteps = forced }));

    private static SweepEntry H2FirstBlock(float structure, float detail, int forced) => new(
        "H2-Cache, first-block residual",
        Text($"τ1 {structure}, τ2 {detail}, last {forced}"),
        CachePolicy.H2Cache(new H2CacheOptions
        {
            Variant = H2CacheVariant.FirstBlockResidual,
            StructureThreshold = structure,
            DetailThreshold = detail,
            StructurePoolDivisor = 2048,
            ForcedLastSteps = forced,
        }));

    private static SweepEntry BlockCache(float threshold, int forced) => new(
        "block cache", Text($"τ {threshold}, last {forced}"), CachePolicy.BlockCache(new BlockCacheOptions { Threshold = threshold, ForcedLastSteps = forced }));

    private static SweepEntry TeaCache(float threshold, int forced, SkipApproximationOptions approximation)
    {
        // The identity polynomial: the signal's own change is accumulated.
        var options = new TeaCacheOptions { Threshold = threshold, Coefficients = [1, 0], ForcedLastSteps = forced };
        options.Approximation.Method = approximation.Method;
        options.Approximation.Damping = approximation.Damping;
        options.Approximation.Coordinate = approximation.Coordinate;
        var how = approximation.Method == SkipMethod.Plain ? "" : ", extrapolated (1st order in σ, half damped)";
        return new SweepEntry("TeaCache", Text($"δ {threshold}, last {forced}{how}"), CachePolicy.TeaCache(options));
    }

    private static SweepEntry DiCache(float threshold, double retention, bool aligned) => new(
        "DiCache",
        Text($"δ {threshold}, retention {retention}{(aligned ? "" : ", not aligned")}"),
        CachePolicy.DiCache(new DiCacheOptions { Threshold = threshold, RetentionRatio = retention, TrajectoryAlignment = aligned }));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
