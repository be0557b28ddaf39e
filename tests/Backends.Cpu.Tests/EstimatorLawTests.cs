using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Backends.Cpu.Tests;

/// <summary>Two features of one shape.</summary>
public sealed record FeaturePair(TensorShape Shape, float[] Current, float[] Reference)
{
    public override string ToString() => $"{Shape}: [{string.Join(", ", Current.Take(8))} …] and [{string.Join(", ", Reference.Take(8))} …]";
}

public static class FeatureGenerators
{
    /// <summary>Finite numbers of magnitude 0, or 10⁻⁵ to 10⁵, so that sums and squares neither overflow nor underflow.</summary>
    public static Gen<float> Numbers { get; } =
        from digits in Gen.Choose(-99_999, 99_999)
        from exponent in Gen.Choose(-4, 0)
        select (float)(digits * Math.Pow(10, exponent));

    public static Arbitrary<FeaturePair> Pairs() => Arb.From(
        from rows in Gen.Choose(1, 40)
        from columns in Gen.Choose(1, 90)
        from current in Gen.ArrayOf(Numbers, rows * columns)
        from reference in Gen.ArrayOf(Numbers, rows * columns)
        select new FeaturePair(new TensorShape(rows, columns), current, reference));
}

public sealed class EstimatorLawTests : IDisposable
{
    private static readonly TensorExpression A = TensorExpression.Input(0);
    private static readonly TensorExpression B = TensorExpression.Input(1);

    private static readonly ISimilarityEstimator[] Relative =
    [
        SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.PooledRelativeL1(1),
        SimilarityEstimator.PooledRelativeL1(4), SimilarityEstimator.PooledRelativeL1(512),
    ];

    private readonly CpuBackend _backend = new();

    public void Dispose() => _backend.Dispose();

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void Numbers_are_in_the_range_that_the_laws_hold_for(FeaturePair pair) =>
        Assert.All(pair.Current.Concat(pair.Reference), x => Assert.True(x == 0 || Math.Abs(x) is >= 9e-5f and <= 1e5f));

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void A_feature_is_at_distance_zero_from_itself_unless_it_is_zero(FeaturePair pair)
    {
        foreach (var estimator in Relative)
        {
            // Where pooling cancels the feature to 0 exactly, 0/0 is not a number.
            var distance = Distance(estimator, pair.Shape, pair.Current, pair.Current);
            var pooled = Measure(Pooled(estimator, A, pair.Shape).Abs().Sum(), pair.Shape, pair.Current);
            Assert.Equal(pooled == 0 ? float.NaN : 0, distance);
        }
    }

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void Scaling_both_features_by_a_power_of_two_changes_no_bit(FeaturePair pair)
    {
        foreach (var (estimator, factor) in from e in Relative from k in new[] { -20, -1, 7, 20 } select (e, MathF.ScaleB(1, k)))
        {
            var scaled = Distance(estimator, pair.Shape, [.. pair.Current.Select(x => x * factor)], [.. pair.Reference.Select(x => x * factor)]);
            Assert.Equal(BitConverter.SingleToInt32Bits(Distance(estimator, pair.Shape, pair.Current, pair.Reference)), BitConverter.SingleToInt32Bits(scaled));
        }
    }

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void Negating_both_features_changes_no_distance(FeaturePair pair)
    {
        foreach (var estimator in Relative)
        {
            var negated = Distance(estimator, pair.Shape, [.. pair.Current.Select(x => -x)], [.. pair.Reference.Select(x => -x)]);
            Assert.Equal(Distance(estimator, pair.Shape, pair.Current, pair.Reference), negated);
        }
    }

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void The_pooled_numerator_is_at_most_the_full_one_over_the_region_that_windows_cover(FeaturePair pair, PositiveInt side)
    {
        var (rows, columns) = (pair.Shape[0], pair.Shape[1]);
        var k = Math.Min(side.Get, Math.Min(rows, columns));
        var covered = new TensorShape(rows / k * k, columns / k * k);
        var (a, b) = (Crop(pair.Current), Crop(pair.Reference));
        var full = Measure((A - B).Abs().Mean(), covered, a, b);
        var pooled = Measure((A.AveragePool(k, k) - B.AveragePool(k, k)).Abs().Mean(), covered, a, b);
        var magnitude = Measure((A.Abs() + B.Abs()).Mean(), covered, a, b);
        Assert.True(pooled <= full + (magnitude * 1e-5f), $"{pooled} is above {full}.");

        float[] Crop(float[] numbers) => [.. from y in Enumerable.Range(0, covered[0]) from x in Enumerable.Range(0, covered[1]) select numbers[(y * columns) + x]];
    }

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void The_order_of_elements_matters_to_no_distance_but_a_pooled_one(FeaturePair pair, int seed)
    {
        var order = Enumerable.Range(0, pair.Current.Length).ToArray();
        new Random(seed).Shuffle(order);
        float[] current = [.. order.Select(i => pair.Current[i])], reference = [.. order.Select(i => pair.Reference[i])];
        ISimilarityEstimator[] symmetric = [SimilarityEstimator.RelativeL1, SimilarityEstimator.RelativeL2, SimilarityEstimator.MeanAbsoluteDifference, SimilarityEstimator.Magnitude];
        foreach (var estimator in symmetric)
        {
            var (straight, shuffled) = (Distance(estimator, pair.Shape, pair.Current, pair.Reference), Distance(estimator, pair.Shape, current, reference));
            Assert.True(straight.Equals(shuffled) || Math.Abs(straight - shuffled) <= 1e-4f * Math.Abs(straight), $"{estimator.Name}: {straight} and {shuffled}.");
        }

        Assert.Equal(Measure(A.Max(), pair.Shape, pair.Current), Measure(A.Max(), pair.Shape, current));
    }

    [Property(Arbitrary = [typeof(FeatureGenerators)])]
    public void A_window_of_one_element_pools_nothing(FeaturePair pair)
    {
        var divisor = pair.Shape[0]; // ⌊tokens / tokens⌋ = 1.
        Assert.Equal(Distance(SimilarityEstimator.RelativeL1, pair.Shape, pair.Current, pair.Reference), Distance(SimilarityEstimator.PooledRelativeL1(divisor), pair.Shape, pair.Current, pair.Reference));
    }

    private float Distance(ISimilarityEstimator estimator, TensorShape shape, params float[][] features) => Measure(estimator.Distance(A, B, shape), shape, features);

    private float Measure(TensorExpression expression, TensorShape shape, params float[][] features) =>
        _backend.Measure(expression, shape, expression.Reads(1) ? features : features[..1]);

    private static TensorExpression Pooled(ISimilarityEstimator estimator, TensorExpression feature, TensorShape shape)
    {
        // The numerator's first operand, whatever the estimator pools it by.
        var k = estimator == Relative[2] ? SimilarityEstimator.PoolWindow(shape, 1) : estimator == Relative[3] ? SimilarityEstimator.PoolWindow(shape, 4) : 1;
        return feature.AveragePool(k, k);
    }
}
