using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A similarity metric that the paper compares.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="On">The estimator for a feature of a shape.</param>
internal sealed record PaperMetric(string Name, Func<TensorShape, ISimilarityEstimator> On);

/// <summary>The similarity metrics of the paper.</summary>
internal static class PaperMetrics
{
    /// <summary>Pooled feature summarisation with windows of four rows.</summary>
    public const string Pooled = "PFS, windows of 4";

    /// <summary>Relative L1 of whole features.</summary>
    public const string Full = "relative L1";

    private static readonly ISimilarityEstimator AbsoluteL2 =
        SimilarityEstimator.Create("absolute-l2", static (a, b, _) => (a - b).Square().Mean().Sqrt());

    /// <summary>All of them.</summary>
    /// <param name="layout">The model's layout, whose latent gives the grid of tokens.</param>
    public static IReadOnlyList<PaperMetric> All(DenoiserLayout layout)
    {
        var frequencies = Frequencies(layout);
        return
        [
            new("PFS, windows of 2", s => SimilarityEstimator.PooledRelativeL1(Math.Max(1, (int)s[^2] / 2))),
            new(Pooled, s => SimilarityEstimator.PooledRelativeL1(Math.Max(1, (int)s[^2] / 4))),
            new(Full, _ => SimilarityEstimator.RelativeL1),
            new("absolute L2", _ => AbsoluteL2),
            new("relative L2", _ => SimilarityEstimator.RelativeL2),
            new("cosine", _ => SimilarityEstimator.Cosine),
            new("frequencies", _ => frequencies),
        ];
    }

    /// <summary>SeaCache's distance: relative L1 of features whose frequencies are weighted by how much signal they hold at the noise level.</summary>
    private static ISimilarityEstimator Frequencies(DenoiserLayout layout) =>
        CachePolicy.SeaCache(new SeaCacheOptions { Signal = SeaCacheSignal.Latent }).Plan(layout).Measurements[0].Estimator;
}
