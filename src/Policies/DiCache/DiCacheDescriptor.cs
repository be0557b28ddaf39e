namespace CachePolicies.Policies;

/// <summary>DiCache as it is registered.</summary>
internal static class DiCacheDescriptor
{
    public static CachePolicyDescriptor<DiCacheOptions> Instance { get; } = new("DiCache", static (options, name) => new DiCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**DiCache** ([2508.17356](https://arxiv.org/abs/2508.17356))",
                "output of m probe blocks, accumulated",
                "the other blocks, aligned by the probe's trajectory"),
        ],
        Tuning = static _ =>
        [
            TuningDimension.Thresholds(nameof(DiCacheOptions.Threshold), 0.003, 1, 60),
            TuningDimension.Each(nameof(DiCacheOptions.ErrorMetric), nameof(DiCacheErrorMetric.ProbeChange), nameof(DiCacheErrorMetric.ProbeMinusInput)),
            TuningDimension.Each(nameof(DiCacheOptions.RetentionRatio), "0", "0.1", "0.2"),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>DiCache.</content>
public static partial class CachePolicy
{
    /// <summary>DiCache. <inheritdoc cref="DiCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy DiCache(DiCacheOptions? options = null, string name = "DiCache") => DiCacheDescriptor.Instance.Create(options ?? new(), name);
}
