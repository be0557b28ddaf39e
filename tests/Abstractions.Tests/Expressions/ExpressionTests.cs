namespace CachePolicies.Abstractions.Tests.Expressions;

public sealed class ExpressionTests
{
    private static readonly TensorExpression A = TensorExpression.Input(0), B = TensorExpression.Input(1);

    [Fact]
    public void Expressions_that_are_built_alike_are_equal()
    {
        static TensorExpression Build() => ((A - B).Abs().Mean() / B.AveragePool(2, 2).Abs().Mean()).OrIfNaN(1).Clamp(1, 1.5f) * TensorExpression.Scalar(0);
        Assert.Equal(Build(), Build());
        Assert.Equal(Build().GetHashCode(), Build().GetHashCode());
        Assert.NotEqual(A - B, B - A);
    }

    [Fact]
    public void Signatures_that_say_the_same_are_equal()
    {
        static KernelSignature Build(int tokens) => new([new(ElementType.Float32, new TensorShape(tokens, 4)), new(ElementType.Float32, new TensorShape(tokens, 4))], 0, [A - B]);
        Assert.Equal(Build(6), Build(6));
        Assert.Equal(Build(6).GetHashCode(), Build(6).GetHashCode());
        Assert.NotEqual(Build(6), Build(7));
        Assert.False(Build(6).IsMeasurement);
        Assert.Equal(new TensorShape(6, 4), Build(6).OutputShapes[0]);
    }

    [Fact]
    public void Shapes_follow_the_operations()
    {
        TensorShape[] frames = [new(3, 10, 7), new(3, 10, 7)];
        Assert.Equal(new TensorShape(3, 5, 3), A.AveragePool(2, 2).ShapeOf(frames));
        Assert.Equal(new TensorShape(3), (A - B).Abs().Mean(keep: 1).ShapeOf(frames));
        Assert.Equal(TensorShape.Scalar, ((A - B).Abs().Mean(keep: 1) / B.Abs().Mean(keep: 1)).Max().ShapeOf(frames));
        Assert.Equal(new TensorShape(3, 10, 7), (2 * A).ShapeOf(frames));
        Assert.Same(A, A.AveragePool(1, 1));
    }

    [Fact]
    public void Frames_stand_in_front_and_keep_the_rank_of_what_each_holds()
    {
        Assert.Equal(new TensorShape(3, 4, 7), TensorExpression.Frames(0, 0, 3).ShapeOf(new TensorShape(12, 7)));
        Assert.Equal(new TensorShape(5, 4, 1, 8, 6), TensorExpression.Frames(0, 1, 5).ShapeOf(new TensorShape(4, 5, 8, 6)));
        Assert.Equal(new TensorShape(3), TensorExpression.Frames(1, 0, 3).Mean(1).ShapeOf(new TensorShape(2), new TensorShape(12, 7)));
        Assert.True(TensorExpression.Frames(1, 0, 3).Abs().Reads(1));
        Assert.Contains("not a multiple of 5", Assert.Throws<ArgumentException>(() => TensorExpression.Frames(0, 0, 5).ShapeOf(new TensorShape(12, 7))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorExpression.Frames(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorExpression.Frames(0, -1, 2));
    }

    [Fact]
    public void An_estimator_per_frame_is_its_expression_over_frames()
    {
        var (a, b) = (TensorExpression.Frames(0, 0, 3), TensorExpression.Frames(1, 0, 3));
        TensorExpression Of(ISimilarityEstimator estimator) => SimilarityEstimator.PerFrame(estimator, new FrameAxis(0, 3)).Distance(A, B, new TensorShape(12, 7));
        Assert.Equal(((a - b).Abs().Mean(1) / b.Abs().Mean(1)).Max(), Of(SimilarityEstimator.RelativeL1));

        // Windows are those of the 4 tokens of a frame.
        var (x, y) = (a.AveragePool(2, 2), b.AveragePool(2, 2));
        Assert.Equal(((x - y).Abs().Mean(1) / y.Abs().Mean(1)).Max(), Of(SimilarityEstimator.PooledRelativeL1(2)));

        // One's own estimator is taken apart as well, unless it mixes elements with a number of the whole.
        Assert.Equal((a - b).Abs().Max(1).Max(), Of(SimilarityEstimator.Create("worst", (c, r, _) => (c - r).Abs().Max())));
        var error = Assert.Throws<CachePlanException>(() => Of(SimilarityEstimator.Create("scaled", (c, r, _) => ((c / c.Abs().Mean()) - r).Abs().Mean())));
        Assert.Contains("'scaled'", error.Message, StringComparison.Ordinal);
        Assert.Equal("pfs-per-frame", SimilarityEstimator.PerFrame(SimilarityEstimator.PooledRelativeL1(2), new FrameAxis(0, 3)).Name);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        Assert.Contains("equal shape", Assert.Throws<ArgumentException>(() => (A - B).ShapeOf(new TensorShape(2, 3), new TensorShape(3, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("does not fit", Assert.Throws<ArgumentException>(() => A.AveragePool(4, 1).ShapeOf(new TensorShape(3, 9))).Message, StringComparison.Ordinal);
        Assert.Contains("input 1", Assert.Throws<ArgumentException>(() => B.ShapeOf(new TensorShape(3, 9))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => A.Mean(3).ShapeOf(new TensorShape(3, 9)));
        Assert.Throws<ArgumentException>(() => A.Clamp(float.NaN, 1));
        Assert.Throws<ArgumentException>(() => A.Clamp(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => A.AveragePool(0, 1));
    }

    [Theory]
    [InlineData(4096, 3072, 512, 8)]
    [InlineData(4096, 3072, 384, 10)]
    [InlineData(64, 192, 512, 1)]
    [InlineData(12, 8, 6, 2)]
    [InlineData(1000, 8, 1, 8)]
    public void The_window_of_pooled_feature_summarisation_is_tokens_over_divisor_within_the_tensor(int tokens, int channels, int divisor, int window) =>
        Assert.Equal(window, SimilarityEstimator.PoolWindow(new TensorShape(tokens, channels), divisor));

    [Fact]
    public void Convolutional_features_are_pooled_over_height_and_width()
    {
        var shape = new TensorShape(16, 64, 48);
        var pooled = A.AveragePool(8, 8);
        Assert.Equal(8, SimilarityEstimator.PoolWindow(shape, 8));
        Assert.Equal(((pooled - B.AveragePool(8, 8)).Abs().Mean() / B.AveragePool(8, 8).Abs().Mean()), SimilarityEstimator.PooledRelativeL1(8).Distance(A, B, shape));
        Assert.Equal(new TensorShape(16, 8, 6), pooled.ShapeOf(shape));
    }

    [Fact]
    public void Known_estimators_are_scalar_on_any_feature()
    {
        foreach (var shape in new TensorShape[] { new(7), new(6, 4), new(3, 10, 7) })
        {
            foreach (var estimator in new[] { SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.Cosine, SimilarityEstimator.PooledRelativeL1(2), SimilarityEstimator.MeanAbsoluteDifference, SimilarityEstimator.Magnitude })
            {
                Assert.Equal(TensorShape.Scalar, estimator.Distance(A, B, shape).ShapeOf(shape, shape));
            }
        }
    }
}
