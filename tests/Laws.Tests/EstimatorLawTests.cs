using CachePolicies.Backends.Cpu;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>What every estimator promises, on the managed backend's kernels.</summary>
public class EstimatorLawTests
{
    /// <summary>Two features of one shape with a divisor for pooling.</summary>
    private sealed record Pair(int Rows, int Columns, int Divisor, float[] A, float[] B)
    {
        public TensorShape Shape => new(Rows, Columns);

        public override string ToString() => $"{Rows} × {Columns}, divisor {Divisor}\n  a = [{string.Join(", ", A)}]\n  b = [{string.Join(", ", B)}]";
    }

    private static readonly CpuBackend Backend = new();

    private static readonly Arbitrary<Pair> Pairs = Arb.From(
        from rows in Gen.Choose(1, 24)
        from columns in Gen.Choose(1, 17)
        from divisor in Gen.Choose(1, 30)
        from a in Values(rows * columns)
        from b in Values(rows * columns)
        select new Pair(rows, columns, divisor, a, b));

    public static TheoryData<string> Relative => ["relative-l1", "relative-l2", "pfs"];

    [Theory]
    [InlineData("relative-l1")]
    [InlineData("relative-l2")]
    [InlineData("pfs")]
    [InlineData("mean-absolute-difference")]
    public void A_feature_has_no_distance_from_itself(string estimator) => ForEvery(p => Assert.Equal(0, Distance(estimator, p.A, p.A, p)));

    [Fact]
    public void The_cosine_distance_from_itself_is_rounding() => ForEvery(p => Assert.InRange(Distance("cosine", p.A, p.A, p), -1e-6f, 1e-6f));

    [Theory]
    [MemberData(nameof(Relative))]
    public void Scaling_by_a_power_of_two_changes_nothing(string estimator) => ForEvery(p =>
    {
        foreach (var scale in new[] { 0.0625f, 2, 1024 })
        {
            Assert.Equal(Distance(estimator, p.A, p.B, p), Distance(estimator, Scale(p.A, scale), Scale(p.B, scale), p));
        }
    });

    [Fact]
    public void Pooling_never_makes_the_numerator_larger_over_the_region_that_the_windows_cover() => ForEvery(p =>
    {
        var k = SimilarityEstimator.PoolWindow(p.Shape, p.Divisor);
        var (a, b) = (TensorExpression.Input(0).AveragePool(k, k), TensorExpression.Input(1).AveragePool(k, k));
        var pooled = Measure((a - b).Abs().Mean(), p.A, p.B, p.Shape);
        var full = Measure((TensorExpression.Input(0) - TensorExpression.Input(1)).Abs().AveragePool(k, k).Mean(), p.A, p.B, p.Shape);
        Assert.True(pooled <= full * (1 + 1e-5f), $"pooled {pooled} > full {full}");
    });

    [Fact]
    public void Windows_may_change_places() => ForEvery(p =>
    {
        var k = SimilarityEstimator.PoolWindow(p.Shape, p.Divisor);
        float[] Reverse(float[] x)
        {
            // The windows' rows in reverse order; the ragged edge stays where it is.
            var covered = p.Rows / k;
            return [.. Enumerable.Range(0, p.Rows).SelectMany(row => x.AsSpan((row < covered * k ? ((covered - 1 - (row / k)) * k) + (row % k) : row) * p.Columns, p.Columns).ToArray())];
        }

        var expected = Distance("pfs", p.A, p.B, p);
        Assert.InRange(Distance("pfs", Reverse(p.A), Reverse(p.B), p), expected * (1 - 1e-5f), expected * (1 + 1e-5f));
    });

    [Theory]
    [InlineData("relative-l1")]
    [InlineData("relative-l2")]
    [InlineData("pfs")]
    [InlineData("cosine")]
    [InlineData("mean-absolute-difference")]
    [InlineData("magnitude")]
    public void Kernels_agree_with_plain_code(string estimator) => ForEvery(p =>
    {
        var expression = Of(estimator, p.Divisor).Distance(TensorExpression.Input(0), TensorExpression.Input(1), p.Shape);
        var expected = ReferenceArithmetic.Evaluate(expression, [(p.A, p.Shape), (p.B, p.Shape)])[0];
        var found = Distance(estimator, p.A, p.B, p);
        Assert.True(Math.Abs(found - expected) <= 1e-5 * Math.Max(1, Math.Abs(expected)), $"{found:R} against {expected:R}");
    });

    private static Gen<float[]> Values(int count) =>
        Gen.Choose(-2000, 2000).Select(v => (v == 0 ? 1 : v) / 512f).ArrayOf(count);

    private static void ForEvery(Action<Pair> law) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(LawCases.Or(300)).WithQuietOnSuccess(true), Prop.ForAll(Pairs, law));

    private static ISimilarityEstimator Of(string name, int divisor) => name switch
    {
        "relative-l1" => SimilarityEstimator.RelativeL1,
        "relative-l2" => SimilarityEstimator.RelativeL2,
        "cosine" => SimilarityEstimator.Cosine,
        "mean-absolute-difference" => SimilarityEstimator.MeanAbsoluteDifference,
        "magnitude" => SimilarityEstimator.Magnitude,
        _ => SimilarityEstimator.PooledRelativeL1(divisor),
    };

    private static float Distance(string estimator, float[] a, float[] b, Pair pair) =>
        Measure(Of(estimator, pair.Divisor).Distance(TensorExpression.Input(0), TensorExpression.Input(1), pair.Shape), a, b, pair.Shape);

    private static float Measure(TensorExpression expression, float[] a, float[] b, TensorShape shape)
    {
        var type = new TensorType(ElementType.Float32, shape);
        var tensors = new[] { a, b }.Select(values =>
        {
            var tensor = Backend.Rent(ElementType.Float32, shape);
            Backend.Upload((ReadOnlySpan<float>)values, tensor);
            return (FeatureTensor)tensor;
        }).ToArray();
        var reads = expression.Reads(1) ? 2 : 1;
        var measured = Backend.Compile(new KernelSignature([.. Enumerable.Repeat(type, reads)], 0, [expression])).Measure(tensors.AsSpan(0, reads), []);
        foreach (var tensor in tensors)
        {
            tensor.Release();
        }

        return measured;
    }

    private static float[] Scale(float[] values, float scale) => [.. values.Select(v => v * scale)];
}
