namespace CachePolicies.Policies;

/// <summary>MeanCache as it is registered.</summary>
internal static class MeanCacheDescriptor
{
    public static CachePolicyDescriptor<MeanCacheOptions> Instance { get; } = new("MeanCache", static (options, name) => new MeanCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**MeanCache** ([2601.19961](https://arxiv.org/abs/2601.19961))",
                "nothing: a fixed path at the sampler",
                "everything; the mean velocity is continued",
                "`Path` qwen-image-17 (-25, -10, or a list)"),
        ],
        Families = [new(ModelFamily.QwenImage, "MeanCache's authors, 50 steps", "Path=qwen-image-17")],
        Tuning = static _ =>
        [
            TuningDimension.Each(nameof(MeanCacheOptions.Path), MeanCachePath.Published.Select(p => p.Name)),
            TuningDimension.Each("Approximation.Method", "Plain", "Chebyshev"),
        ],
    };
}

/// <content>MeanCache.</content>
public static partial class CachePolicy
{
    /// <summary>MeanCache. <inheritdoc cref="MeanCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy MeanCache(MeanCacheOptions? options = null, string name = "MeanCache") => MeanCacheDescriptor.Instance.Create(options ?? new(), name);
}
