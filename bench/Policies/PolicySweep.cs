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
        .. from t in new[] { (0.08f, 0.05f), (0.12f, 0.05f), (0.2f, 0.05f) } select H2Cache(t.Item1, t.Item2, 5),
        .. from t in new[] { (0.12f, 0.1f, 0), (0.15f, 0.22f, 0), (0.15f, 0.22f, 4) } select H2FirstBlock(t.Item1, t.Item2, t.Item3),
        .. from forced in new[] { 0, 4 } from t in new[] { 0.07f, 0.12f, 0.2f } select BlockCache(t, forced),
        .. from t in new[] { 0.07f, 0.12f, 0.2f, 0.3f } select TeaCache(t, 1, Plain, "identity", Identity),
        .. from t in new[] { 0.2f, 0.3f } select TeaCache(t, 3, Plain, "identity", Identity),
        .. from t in new[] { 0.2f, 0.3f } select TeaCache(t, 1, Extrapolated, "identity", Identity),
        .. from t in new[] { 0.07f, 0.12f, 0.2f } select TeaCache(t, 1, Plain, "fitted", Fitted),
        .. from t in new[] { 0.04f, 0.07f, 0.12f, 0.2f, 0.4f } select DiCache(t, 0, true),
        DiCache(0.07f, 0, false),
        DiCache(0.4f, 0.2, true),
    ];

    /// <summary>What <c>bench -- fit</c> gave on a checkpoint shortly before the one that ships (for that one: results/teacache-fit.md).</summary>
    private static double[] Fitted => [-375701.21, 44469.3232, -1663.3839, 25.8957838, -0.137401209];

    /// <summary>The signal's own change.</summary>
    private static double[] Identity => [1, 0];

    private static SkipApproximationOptions Plain => new();

    private static SkipApproximationOptions Extrapolated => new() { Method = SkipMethod.Taylor, Damping = 0.5f, Coordinate = ExtrapolationCoordinate.Sigma };

    /// <summary>The rows whose policy or settings contain a text.</summary>
    public static IEnumerable<SweepEntry> Matching(string text) =>
        All.Where(e => e.Policy.Contains(text, StringComparison.OrdinalIgnoreCase) || e.Settings.Contains(text, StringComparison.OrdinalIgnoreCase));

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

    private static SweepEntry TeaCache(float threshold, int forced, SkipApproximationOptions approximation, string polynomial, double[] coefficients)
    {
        var options = new TeaCacheOptions { Threshold = threshold, Coefficients = coefficients, ForcedLastSteps = forced };
        options.Approximation.Method = approximation.Method;
        options.Approximation.Damping = approximation.Damping;
        options.Approximation.Coordinate = approximation.Coordinate;
        var how = approximation.Method == SkipMethod.Plain ? "" : ", extrapolated (1st order in σ, half damped)";
        return new SweepEntry("TeaCache", Text($"{polynomial} polynomial, δ {threshold}, last {forced}{how}"), CachePolicy.TeaCache(options));
    }

    private static SweepEntry DiCache(float threshold, double retention, bool aligned) => new(
        "DiCache",
        Text($"δ {threshold}, retention {retention}{(aligned ? "" : ", not aligned")}"),
        CachePolicy.DiCache(new DiCacheOptions { Threshold = threshold, RetentionRatio = retention, TrajectoryAlignment = aligned }));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
