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
