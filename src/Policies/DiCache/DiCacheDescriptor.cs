namespace CachePolicies.Policies;

/// <summary>DiCache as it is registered.</summary>
internal static class DiCacheDescriptor
{
    private const string Paper = "arXiv 2508.17356 and its authors' code";

    public static CachePolicyDescriptor<DiCacheOptions> Instance { get; } = new("DiCache", static (options, name) => new DiCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**DiCache** ([2508.17356](https://arxiv.org/abs/2508.17356))",
                "output of m probe blocks, accumulated",
                "the other blocks, aligned by the probe's trajectory"),
        ],
        Families =
        [
            new(ModelFamily.Flux, Paper, "Threshold=0.08", "RetentionRatio=0") { Where = "ErrorMetric=ProbeMinusInput" },
            new(ModelFamily.Flux, Paper, "Threshold=0.4", "RetentionRatio=0.2", "MaximumGamma=1.5"),
            new(ModelFamily.HunyuanVideo, Paper, "Threshold=0.1"),
            new(ModelFamily.Wan, Paper, "Threshold=0.08", "MaximumGamma=2"),
            new(ModelFamily.Wan21Small, Paper, "Threshold=0.08", "MaximumGamma=2"),
            new(ModelFamily.Wan21Large, Paper, "Threshold=0.08", "MaximumGamma=2"),
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
