namespace CachePolicies.Policies;

/// <summary>TaylorSeer as it is registered.</summary>
internal static class TaylorSeerDescriptor
{
    private const string Authors = "TaylorSeer's authors";

    public static CachePolicyDescriptor<TaylorSeerOptions> Instance { get; } = new("TaylorSeer", static (options, name) => new TaylorSeerPolicy(options, name))
    {
        Summaries =
        [
            new(
                "**TaylorSeer** ([2503.06923](https://arxiv.org/abs/2503.06923))",
                "nothing: every N-th step computes",
                "all blocks, extrapolated",
                "N `Interval` 5; O `Approximation:Order` 1; `Approximation:Damping` 1; `WarmupSteps` 3"),
        ],
        Families =
        [
            new(ModelFamily.Flux, Authors, "Interval=6", "WarmupSteps=3", "Approximation.Order=1"),
            new(ModelFamily.HunyuanVideo, Authors, "Interval=5", "WarmupSteps=1", "Approximation.Order=1"),
        ],
    };
}

/// <content>TaylorSeer.</content>
public static partial class CachePolicy
{
    /// <summary>TaylorSeer. <inheritdoc cref="TaylorSeerOptions" path="/summary"/></summary>
    /// <inheritdoc cref="H2Cache"/>
    public static ICachePolicy TaylorSeer(TaylorSeerOptions? options = null, string name = "TaylorSeer") => TaylorSeerDescriptor.Instance.Create(options ?? new(), name);
}
