namespace CachePolicies.Policies;

/// <summary>Block cache as it is registered.</summary>
internal static class BlockCacheDescriptor
{
    public static CachePolicyDescriptor<BlockCacheOptions> Instance { get; } = new("BlockCache", static (options, name) => new BlockCachePolicy(options, name))
    {
        Summaries = [new("**Block cache** (first-block cache)", "residual of the first F blocks", "all other blocks")],
        Families =
        [
            new(ModelFamily.Flux, "ParaAttention", "Threshold=0.08"),
        ],
        Tuning = static model =>
        [
            TuningDimension.Thresholds(nameof(BlockCacheOptions.Threshold), 0.005, 0.8, 60),
            TuningDimension.Probes(nameof(BlockCacheOptions.Probe), model.Layout),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>Block cache.</content>
public static partial class CachePolicy
{
    /// <summary>Block cache. <inheritdoc cref="BlockCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy BlockCache(BlockCacheOptions? options = null, string name = "BlockCache") => BlockCacheDescriptor.Instance.Create(options ?? new(), name);
}
