using CachePolicies.Backends.Cpu;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>What every estimator promises, on the managed backend's kernels.</summary>
public class EstimatorLawTests
{
    /// <summary>Two features of one shape with a divisor for pooling; finite, not 0, nor are their thumbnails.</summary>
    private sealed record Pair(int Rows, int Columns, int Divisor, int Seed)
    {
        public TensorShape Shape { get; } = new(Rows, Columns);

        public float[] A { get; } = Values(Rows * Columns, (uint)Seed);

        public float[] B { get; } = Values(Rows * Columns, (uint)Seed + 1);

        /// <summary>Whether a window of either feature does not sum to 0, so that pooled distances are numbers.</summary>
        public bool HasThumbnails => HasThumbnail(A) && HasThumbnail(B);

        public override string ToString() => $"{Rows} × {Columns}, divisor {Divisor}, seed {Seed}\n  a = [{string.Join(", ", A)}]\n  b = [{string.Join(", ", B)}]";

        private bool HasThumbnail(float[] values)
        {
            var k = SimilarityEstimator.PoolWindow(Shape, Divisor);
            var windows = new float[Rows / k, Columns / k];
            for (var row = 0; row < Rows / k * k; row++)
            {
                for (var column = 0; column < Columns / k * k; column++)
                {
                    windows[row / k, column / k] += values[(row * Columns) + column];
                }
            }

            return windows.Cast<float>().Any(sum => sum != 0);
        }

        /// <summary>Multiples of 2⁻⁹ up to ±4 by a linear congruential generator: drawing each by itself would take longer than the law.</summary>
        private static float[] Values(int count, uint seed)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++)
            {
                seed = (seed * 1664525) + 1013904223;
                var v = (int)(seed >> 20) - 2048;
                values[i] = (v == 0 ? 1 : v) / 512f;
            }

            return values;
        }
    }

    private static readonly CpuBackend Backend = new();

    private static readonly TensorExpression A = TensorExpression.Input(0), B = TensorExpression.Input(1);

    private static readonly Arbitrary<Pair> Pairs = Arb.From(
        (from rows in Gen.Choose(1, 24)
         from columns in Gen.Choose(1, 17)
         from divisor in Gen.Choose(1, 30)
         from seed in Gen.Choose(0, int.MaxValue)
         select new Pair(rows, columns, divisor, seed)).Where(p => p.HasThumbnails));

    public static TheoryData<string> Relative => ["relative-l1", "relative-l2", "pfs"];

    [Theory]
    [InlineData("relative-l1")]
    [InlineData("relative-l2")]
    [InlineData("pfs")]
    [InlineData("mean-absolute-difference")]
    public void A_feature_has_no_distance_from_itself(string estimator) => Law.Holds(Pairs, p => Assert.Equal(0, Distance(estimator, p.A, p.A, p)));

    [Fact]
    public void A_thumbnail_of_nothing_has_no_distance_and_so_computes()
    {
        var pair = new Pair(2, 2, 1, 0);
        Assert.Equal(2, SimilarityEstimator.PoolWindow(pair.Shape, pair.Divisor));
        Assert.Equal(float.NaN, Distance("pfs", [1, -1, 2, -2], [1, -1, 2, -2], pair));
    }

    [Fact]
    public void The_cosine_distance_from_itself_is_rounding() => Law.Holds(Pairs, p => Assert.InRange(Distance("cosine", p.A, p.A, p), -1e-6f, 1e-6f));

    [Theory]
    [MemberData(nameof(Relative))]
    public void Scaling_by_a_power_of_two_changes_nothing(string estimator) => Law.Holds(Pairs, p =>
    {
        var unscaled = Distance(estimator, p.A, p.B, p);
        foreach (var scale in new[] { 0.0625f, 2, 1024 })
        {
            Assert.Equal(unscaled, Distance(estimator, Scale(p.A, scale), Scale(p.B, scale), p));
        }
    });

    [Fact]
    public void Pooling_never_makes_the_numerator_larger_over_the_region_that_the_windows_cover() => Law.Holds(Pairs, p =>
    {
        var k = SimilarityEstimator.PoolWindow(p.Shape, p.Divisor);
        var pooled = Measure((A.AveragePool(k, k) - B.AveragePool(k, k)).Abs().Mean(), p.A, p.B, p.Shape);
        var full = Measure((A - B).Abs().AveragePool(k, k).Mean(), p.A, p.B, p.Shape);
        Assert.True(pooled <= full * (1 + 1e-5f), $"pooled {pooled} > full {full}");
    });

    [Fact]
    public void Windows_may_change_places() => Law.Holds(Pairs, p =>
    {
        var k = SimilarityEstimator.PoolWindow(p.Shape, p.Divisor);
        var expected = Distance("pfs", p.A, p.B, p);
        var found = Distance("pfs", ReverseWindows(p.A, p, k), ReverseWindows(p.B, p, k), p);
        Assert.InRange(found, expected * (1 - 1e-5f), expected * (1 + 1e-5f));
    });

    [Theory]
    [InlineData("relative-l1")]
    [InlineData("relative-l2")]
    [InlineData("pfs")]
    [InlineData("cosine")]
    [InlineData("mean-absolute-difference")]
    [InlineData("magnitude")]
    public void Kernels_lie_within_their_bound_of_float64(string estimator) => Law.Holds(Pairs, p =>
    {
        var expected = ExpressionOracle.Ieee.Evaluate(
            Of(estimator, p.Divisor).Distance(A, B, p.Shape), [ExpressionOracle.Exact(p.Shape, p.A), ExpressionOracle.Exact(p.Shape, p.B)], []);
        expected.Expect([Distance(estimator, p.A, p.B, p)]);
    });

    /// <summary>The windows in reverse order along both axes; the ragged edges stay where they are.</summary>
    private static float[] ReverseWindows(float[] values, Pair pair, int k)
    {
        var reversed = (float[])values.Clone();
        for (var row = 0; row < pair.Rows; row++)
        {
            for (var column = 0; column < pair.Columns; column++)
            {
                reversed[(row * pair.Columns) + column] = values[(Reversed(row, pair.Rows, k) * pair.Columns) + Reversed(column, pair.Columns, k)];
            }
        }

        return reversed;
    }

    private static int Reversed(int index, int count, int k)
    {
        var windows = count / k;
        return index < windows * k ? ((windows - 1 - (index / k)) * k) + (index % k) : index;
    }

    private static ISimilarityEstimator Of(string name, int divisor) => name switch
    {
        "relative-l1" => SimilarityEstimator.RelativeL1,
        "relative-l2" => SimilarityEstimator.RelativeL2,
        "cosine" => SimilarityEstimator.Cosine,
        "mean-absolute-difference" => SimilarityEstimator.MeanAbsoluteDifference,
        "magnitude" => SimilarityEstimator.Magnitude,
        _ => SimilarityEstimator.PooledRelativeL1(divisor),
    };

    private static float Distance(string estimator, float[] a, float[] b, Pair pair) => Measure(Of(estimator, pair.Divisor).Distance(A, B, pair.Shape), a, b, pair.Shape);

    /// <summary>By a kernel that equal expressions over equal shapes share.</summary>
    private static float Measure(TensorExpression expression, float[] a, float[] b, TensorShape shape)
    {
        var type = new TensorType(ElementType.Float32, shape);
        FeatureTensor[] tensors = expression.Reads(1) ? [Upload(a, shape), Upload(b, shape)] : [Upload(a, shape)];
        var measured = Backend.Compile(new KernelSignature([.. tensors.Select(_ => type)], 0, [expression])).Measure(tensors, []);
        foreach (var tensor in tensors)
        {
            tensor.Release();
        }

        return measured;
    }

    private static CpuTensor Upload(float[] values, TensorShape shape)
    {
        var tensor = Backend.Rent(ElementType.Float32, shape);
        Backend.Upload((ReadOnlySpan<float>)values, tensor);
        return tensor;
    }

    private static float[] Scale(float[] values, float scale) => [.. values.Select(v => v * scale)];
}
