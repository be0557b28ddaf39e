namespace CachePolicies.Policies;

/// <summary>SeaCache as it is registered.</summary>
internal static class SeaCacheDescriptor
{
    private const string Authors = "SeaCache's authors";

    public static CachePolicyDescriptor<SeaCacheOptions> Instance { get; } = new("SeaCache", static (options, name) => new SeaCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**SeaCache** ([2602.18993](https://arxiv.org/abs/2602.18993))",
                "modulated input or latent after a Wiener filter, accumulated",
                "all blocks, or everything"),
        ],
        AsPublished = ["MaximumConsecutiveSkips=null"],
        Families =
        [
            new(ModelFamily.Flux, Authors, "Threshold=0.3"),
            new(ModelFamily.HunyuanVideo, Authors, "Threshold=0.2"),
            new(ModelFamily.Wan, Authors, "Threshold=0.2"),
            new(ModelFamily.Wan21Small, Authors, "Threshold=0.2"),
            new(ModelFamily.Wan21Large, Authors, "Threshold=0.4"),
        ],
        Tuning = static _ =>
        [
            TuningDimension.Thresholds(nameof(SeaCacheOptions.Threshold), 0.02, 2, 40),
            TuningDimension.Each(nameof(CachePolicyOptions.MaximumConsecutiveSkips), "2", "null"),
            TuningDimension.Each("Approximation.Method", "Plain", "Taylor"),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>SeaCache.</content>
public static partial class CachePolicy
{
    /// <summary>SeaCache. <inheritdoc cref="SeaCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy SeaCache(SeaCacheOptions? options = null, string name = "SeaCache") => SeaCacheDescriptor.Instance.Create(options ?? new(), name);
}
