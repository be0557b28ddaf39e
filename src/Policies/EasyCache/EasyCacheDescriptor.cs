namespace CachePolicies.Policies;

/// <summary>EasyCache as it is registered.</summary>
internal static class EasyCacheDescriptor
{
    private const string Authors = "EasyCache's authors, 50 steps";

    public static CachePolicyDescriptor<EasyCacheOptions> Instance { get; } = new("EasyCache", static (options, name) => new EasyCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**EasyCache** ([2507.02860](https://arxiv.org/abs/2507.02860))",
                "latent and output: no cut inside the model",
                "the whole denoiser"),
        ],
        Families =
        [
            new(ModelFamily.HunyuanVideo, Authors, "Threshold=0.025", "WarmupSteps=5"),
            new(ModelFamily.Wan, Authors, "Threshold=0.05", "WarmupSteps=10"),
            new(ModelFamily.Wan21Small, Authors, "Threshold=0.05", "WarmupSteps=10"),
            new(ModelFamily.Wan21Large, Authors, "Threshold=0.05", "WarmupSteps=10"),
        ],
        Tuning = static _ =>
        [
            TuningDimension.Thresholds(nameof(EasyCacheOptions.Threshold), 0.005, 0.8, 60),
            TuningDimension.Each(nameof(CachePolicyOptions.WarmupSteps), "0", "2", "5"),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>EasyCache.</content>
public static partial class CachePolicy
{
    /// <summary>EasyCache. <inheritdoc cref="EasyCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy EasyCache(EasyCacheOptions? options = null, string name = "EasyCache") => EasyCacheDescriptor.Instance.Create(options ?? new(), name);
}
