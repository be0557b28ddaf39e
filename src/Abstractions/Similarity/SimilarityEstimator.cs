namespace CachePolicies;

/// <summary>The known estimators, and estimators of your own from a lambda. In the formulas a is the current feature and b the reference.</summary>
public static class SimilarityEstimator
{
    /// <summary>Relative L1: mean|a − b| / mean|b| over all elements; NaN for 0/0, +∞ where only b is 0. All four published methods use it.</summary>
    public static ISimilarityEstimator RelativeL1 { get; } =
        Create("relative-l1", static (a, b, _) => (a - b).Abs().Mean() / b.Abs().Mean());

    /// <summary>Relative L2: √(Σ(a − b)² / Σb²).</summary>
    public static ISimilarityEstimator RelativeL2 { get; } =
        Create("relative-l2", static (a, b, _) => ((a - b).Square().Mean() / b.Square().Mean()).Sqrt());

    /// <summary>Cosine distance: 1 − Σab / √(Σa² · Σb²), in [0, 2].</summary>
    public static ISimilarityEstimator Cosine { get; } =
        Create("cosine", static (a, b, _) => 1f - ((a * b).Mean() / (a.Square().Mean().Sqrt() * b.Square().Mean().Sqrt())));

    /// <summary>Mean absolute difference: mean|a − b|, not normalised (EasyCache's Δ).</summary>
    public static ISimilarityEstimator MeanAbsoluteDifference { get; } =
        Create("mean-absolute-difference", static (a, b, _) => (a - b).Abs().Mean());

    /// <summary>Mean magnitude of the current feature: mean|a|; needs no reference and is not a distance (EasyCache's ‖v‖).</summary>
    public static ISimilarityEstimator Magnitude { get; } =
        Create("magnitude", static (a, _, _) => a.Abs().Mean());

    /// <summary>
    /// Pooled feature summarisation (H2-Cache, arXiv 2510.27171): relative L1 of two average-pooled thumbnails. The window is k × k over the
    /// last two axes (<c>[tokens, channels]</c>; height and width on convolutional features), stride k, no padding, with k = ⌊tokens / divisor⌋,
    /// at least 1 (no pooling: the authors' code fails there) and at most the shorter axis.
    /// </summary>
    /// <param name="divisor">Dp, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The divisor is below 1.</exception>
    public static ISimilarityEstimator PooledRelativeL1(int divisor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(divisor, 1);
        return Create("pfs", (a, b, shape) =>
        {
            var k = PoolWindow(shape, divisor);
            a = a.AveragePool(k, k);
            b = b.AveragePool(k, k);
            return (a - b).Abs().Mean() / b.Abs().Mean();
        });
    }

    /// <summary>The side k of the window that <see cref="PooledRelativeL1"/> uses on a shape; 1 means that nothing is pooled.</summary>
    public static int PoolWindow(TensorShape shape, int divisor)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(divisor, 1);
        return shape.Rank < 2 ? 1 : Math.Clamp(shape[^2] / divisor, 1, Math.Min(shape[^2], shape[^1]));
    }

    /// <summary>
    /// An estimator on each frame of a video by itself, and of these distances the largest: the worst frame decides, so that one changing frame is enough
    /// to compute. Pooling stays within a frame, and its windows are those of a frame's tokens. Works for every estimator that makes numbers
    /// of its features before it combines them with numbers; with one frame it is the estimator itself.
    /// </summary>
    /// <remarks>A frame whose distance is not finite makes the whole not finite: 0/0 = NaN for a frame that is 0 now and in the reference, as on whole features.</remarks>
    /// <param name="estimator">How each frame is measured.</param>
    /// <param name="frames">Where a feature holds its frames.</param>
    public static ISimilarityEstimator PerFrame(ISimilarityEstimator estimator, FrameAxis frames)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(frames);
        return new WorstFrameEstimator(estimator, frames);
    }

    /// <summary>An estimator of your own; for instance <c>Create("worst", (a, b, _) => (a - b).Abs().Max())</c>.</summary>
    /// <param name="name">The name in configuration, traces and telemetry.</param>
    /// <param name="distance">From current, reference and shape to a scalar expression.</param>
    public static ISimilarityEstimator Create(string name, Func<TensorExpression, TensorExpression, TensorShape, TensorExpression> distance)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(distance);
        return new ExpressionEstimator(name, distance);
    }

    private sealed class ExpressionEstimator(string name, Func<TensorExpression, TensorExpression, TensorShape, TensorExpression> distance) : ISimilarityEstimator
    {
        public string Name => name;

        public TensorExpression Distance(TensorExpression current, TensorExpression reference, TensorShape shape) => distance(current, reference, shape);
    }
}
