using System.Globalization;
using CachePolicies.Policies;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// Every policy of the project, each with a ladder of settings. What a ladder leaves fixed is what its method publishes, save that nothing is retained at
/// the start beyond what the method needs: the sample model changes least there, and runs of 28 steps are short.
/// </summary>
internal static class CataloguePolicies
{
    private static readonly float[] Thresholds = Ladder(0.02, 0.7, 16);

    private static readonly int[] EvaluationCounts = [28, 22, 18, 14, 12, 10, 9, 8, 7, 6, 5, 4];

    // MagCache adds up how far ratios near 1 are from 1.
    private static readonly float[] MagCacheThresholds = Ladder(0.002, 1, 16);

    /// <summary>All of them.</summary>
    /// <param name="calibration">MagCache's, of the model at the number of steps.</param>
    public static CataloguePolicy[] All(MagCacheCalibration calibration) =>
    [
        Of("H2-Cache", Thresholds, t => $"τ1 = τ2 = {t}", (t, last) => CachePolicy.H2Cache(H2Cache(t, last))),
        Of("H2-Cache, adaptive (reaction)", Thresholds, t => $"τ1 = τ2 = {t}, reaction 0.5", (t, last) => CachePolicy.H2Cache(Adaptive(t, last, 1, 1, 0.5f))),
        Of("H2-Cache, adaptive (schedule)", Thresholds, t => $"τ1 = τ2 = {t}, × 1.5 … 0.5", (t, last) => CachePolicy.H2Cache(Adaptive(t, last, 1.5f, 0.5f, 0))),
        Of("H2-Cache, first-block residual", Thresholds, t => $"τ1 = τ2 = {t}", (t, last) => CachePolicy.H2Cache(FirstBlock(t, last))),
        Of("block cache", Thresholds, t => $"τ {t}", (t, last) => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = t, ForcedLastSteps = last })),
        Of("TeaCache", Thresholds, t => $"δ {t}, identity", (t, last) => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = t, Coefficients = PolicySettings.Identity, ForcedLastSteps = last })),
        Of("DiCache", Thresholds, t => $"δ {t}, retention 0", (t, last) => CachePolicy.DiCache(new DiCacheOptions { Threshold = t, RetentionRatio = 0, ForcedLastSteps = last })),
        Of("EasyCache", Thresholds, t => $"τ {t}, first 2", (t, last) => CachePolicy.EasyCache(new EasyCacheOptions { Threshold = t, WarmupSteps = 2, ForcedLastSteps = last })),
        Of("MagCache", MagCacheThresholds, t => $"τ {t}, K ∞, retention 0", (t, last) => CachePolicy.MagCache(MagCache(t, last, calibration))),
        Of("DBCache, F 1, B 1", Thresholds, t => $"τ {t}", (t, last) => CachePolicy.DBCache(DBCache(t, last, "structure.probe", "detail.tail"))),
        Of("DBCache, F 2, B 0", Thresholds, t => $"τ {t}", (t, last) => CachePolicy.DBCache(DBCache(t, last, "structure.probe2", "detail"))),
        TaylorSeer("TaylorSeer, order 1", 1, damped: false),
        TaylorSeer("TaylorSeer, order 2", 2, damped: false),
        TaylorSeer("TaylorSeer, order 1 in σ, half damped", 1, damped: true),
        TaylorSeer("TaylorSeer, order 2 in σ, half damped", 2, damped: true),
        new("LogSnr", [.. EvaluationCounts.Select(n => new CatalogueSetting(Invariant($"n {n}"), last => CachePolicy.LogSnr(new LogSnrOptions { Evaluations = n, ForcedLastSteps = last })))]),
        new("step mask", [.. new[] { StepMask.Slow, StepMask.Medium, StepMask.Fast, StepMask.Ultra }.Select(Masked)]),
    ];

    private static CataloguePolicy Of(string name, float[] thresholds, Func<string, string> text, Func<float, int, ICachePolicy> create) =>
        new(name, [.. thresholds.Select(t => new CatalogueSetting(text(t.ToString(CultureInfo.InvariantCulture)), last => create(t, last)))]);

    private static H2CacheOptions H2Cache(float threshold, int last) => new() { StructureThreshold = threshold, DetailThreshold = threshold, ForcedLastSteps = last };

    private static H2CacheOptions FirstBlock(float threshold, int last)
    {
        var options = H2Cache(threshold, last);
        options.Variant = H2CacheVariant.FirstBlockResidual;
        options.StructurePoolDivisor = 2048;
        return options;
    }

    private static H2CacheOptions Adaptive(float threshold, int last, float start, float end, float reaction)
    {
        var options = H2Cache(threshold, last);
        (options.Adaptive.Enabled, options.Adaptive.StartFactor, options.Adaptive.EndFactor, options.Adaptive.Reaction) = (true, start, end, reaction);
        return options;
    }

    private static MagCacheOptions MagCache(float threshold, int last, MagCacheCalibration calibration) =>
        new() { Threshold = threshold, RetentionRatio = 0, MaximumConsecutiveSkips = null, ForcedLastSteps = last, Calibration = calibration };

    private static DBCacheOptions DBCache(float threshold, int last, string probe, string tail) =>
        new() { Threshold = threshold, WarmupSteps = 0, ForcedLastSteps = last, Probe = probe, Tail = tail };

    private static CataloguePolicy TaylorSeer(string name, int order, bool damped) =>
        new(name, [.. Enumerable.Range(2, 14).Select(interval => new CatalogueSetting(Invariant($"N {interval}, first {order + 1}"), last => TaylorSeer(interval, order, damped, last)))]);

    private static ICachePolicy TaylorSeer(int interval, int order, bool damped, int last)
    {
        var options = new TaylorSeerOptions { Interval = interval, WarmupSteps = order + 1, ForcedLastSteps = last };
        if (damped)
        {
            options.Approximation.Extrapolate();
        }

        options.Approximation.Order = order;
        return CachePolicy.TaylorSeer(options);
    }

    private static CatalogueSetting Masked(StepMask mask) =>
        new(mask.Name, last => CachePolicy.StepMask(new StepMaskOptions { StepMask = mask.Name, ForcedLastSteps = last }));

    /// <summary>Evenly spaced in ratio, to two digits.</summary>
    private static float[] Ladder(double low, double high, int count) =>
        [.. Enumerable.Range(0, count).Select(i => float.Parse((low * Math.Pow(high / low, i / (count - 1.0))).ToString("G2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))];
}
