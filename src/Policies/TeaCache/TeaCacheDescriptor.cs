namespace CachePolicies.Policies;

/// <summary>TeaCache as it is registered.</summary>
internal static class TeaCacheDescriptor
{
    public static CachePolicyDescriptor<TeaCacheOptions> Instance { get; } = new("TeaCache", static (options, name) => new TeaCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**TeaCache** ([2411.19108](https://arxiv.org/abs/2411.19108))",
                "modulated input, accumulated through a polynomial",
                "all blocks"),
        ],
        AsPublished = ["ClampNegative=false"],
        Calibration = TeaCacheFit.Calibrate,
        Tuning = static model =>
        [
            TuningDimension.Thresholds(nameof(TeaCacheOptions.Threshold), 0.01, 2, 60),
            new(model.Calibrated),
            TuningDimension.LastSteps,
        ],
    };
}

/// <content>TeaCache.</content>
public static partial class CachePolicy
{
    /// <summary>TeaCache. <inheritdoc cref="TeaCacheOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy TeaCache(TeaCacheOptions? options = null, string name = "TeaCache") => TeaCacheDescriptor.Instance.Create(options ?? new(), name);
}
