namespace CachePolicies.Policies;

/// <summary>DBCache as it is registered.</summary>
internal static class DBCacheDescriptor
{
    public static CachePolicyDescriptor<DBCacheOptions> Instance { get; } = new("DBCache", static (options, name) => new DBCachePolicy(options, name))
    {
        Summaries = [new("**DBCache** (cache-dit)", "residual of the first F blocks", "the blocks between the first F and the last B")],
        Families =
        [
            new(ModelFamily.Flux, "cache-dit", "Threshold=0.08", "WarmupSteps=8"),
        ],
        Tuning = static model =>
        [
            TuningDimension.Thresholds(nameof(DBCacheOptions.Threshold), 0.005, 0.8, 60),
            TuningDimension.Probes(nameof(DBCacheOptions.Probe), model.Layout),
            TuningDimension.Each(nameof(CachePolicyOptions.WarmupSteps), "0", "4"),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>DBCache.</content>
public static partial class CachePolicy
{
    /// <summary>DBCache. <inheritdoc cref="DBCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy DBCache(DBCacheOptions? options = null, string name = "DBCache") => DBCacheDescriptor.Instance.Create(options ?? new(), name);
}
