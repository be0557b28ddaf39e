using CachePolicies.Testing;

namespace CachePolicies.Backends.Cpu.Tests;

public sealed class ExpressionKernelTests : IDisposable
{
    private readonly CpuBackend _backend = new();

    public void Dispose() => _backend.Dispose();

    [Property(MaxTest = 300, Arbitrary = [typeof(KernelCases)])]
    public void A_kernel_agrees_with_the_naive_evaluation_in_float64(KernelCase test) => _backend.ExpectOracle(test, ExpressionOracle.Ieee);

    [Property(MaxTest = 100, Arbitrary = [typeof(KernelCases)])]
    public void A_kernel_gives_the_same_bits_each_time(KernelCase test) =>
        Assert.Equal(Bits(_backend.Run(test.Signature, test.Inputs, test.Scalars)), Bits(_backend.Run(test.Signature, test.Inputs, test.Scalars)));

    [Fact]
    public void Twelve_million_elements_are_reduced_within_the_stated_bound()
    {
        // 4096 tokens × 3072 channels: a float32 running sum would be off by a percent.
        var shape = new TensorShape(4096, 3072);
        using var a = new Rented(_backend, shape, i => 1 + (0.5f * MathF.Sin(i * 0.37f)));
        using var b = new Rented(_backend, shape, i => 1 + (0.5f * MathF.Sin(i * 0.37f)) + (0.01f * MathF.Cos(i * 0.11f)));
        double difference = 0, magnitude = 0, dot = 0, squareA = 0, squareB = 0, squareDifference = 0;
        for (var i = 0; i < a.Elements.Length; i++)
        {
            double x = a.Elements[i], y = b.Elements[i];
            difference += Math.Abs(x - y);
            squareDifference += (x - y) * (x - y);
            magnitude += Math.Abs(y);
            dot += x * y;
            squareA += x * x;
            squareB += y * y;
        }

        const double Bound = 4e-5; // Two sums of (2048 / 4 + 40) · 2⁻²⁴ each, and the roundings of the elementwise operations.
        AssertNear(difference / magnitude, Distance(SimilarityEstimator.RelativeL1, a, b), 2 * Bound);
        AssertNear(Math.Sqrt(squareDifference / squareB), Distance(SimilarityEstimator.RelativeL2, a, b), 2 * Bound);
        Assert.Equal(1 - (dot / Math.Sqrt(squareA * squareB)), Distance(SimilarityEstimator.Cosine, a, b), 3 * Bound);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(384)]
    [InlineData(1)]
    public void Twelve_million_elements_are_pooled_within_the_stated_bound(int divisor)
    {
        var shape = new TensorShape(4096, 3072);
        using var a = new Rented(_backend, shape, i => 1 + (0.5f * MathF.Sin(i * 0.37f)));
        using var b = new Rented(_backend, shape, i => 1.1f + (0.5f * MathF.Sin(i * 0.371f)));
        var k = SimilarityEstimator.PoolWindow(shape, divisor);
        var (rows, columns) = (4096 / k, 3072 / k);
        var (sumA, sumB) = (new double[rows * columns], new double[rows * columns]);
        for (var y = 0; y < rows * k; y++)
        {
            for (var x = 0; x < columns * k; x++)
            {
                var window = (y / k * columns) + (x / k);
                sumA[window] += a.Elements[(y * 3072) + x];
                sumB[window] += b.Elements[(y * 3072) + x];
            }
        }

        // The windows' values are of the size of their difference's error bound's unit: |a − b| is about 0.1 where |a| and |b| are about 1.
        var expected = sumA.Zip(sumB, (p, q) => Math.Abs(p - q)).Sum() / sumB.Sum(Math.Abs);
        Assert.Equal(expected, Distance(SimilarityEstimator.PooledRelativeL1(divisor), a, b), 8e-5);
    }

    [Fact]
    public async Task Sixteen_threads_share_one_kernel()
    {
        var shape = new TensorShape(64, 192);
        var type = new TensorType(ElementType.Float16, shape);
        var estimator = SimilarityEstimator.PooledRelativeL1(16);
        var kernel = _backend.Compile(new KernelSignature([type, type], 0, [estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape)]));
        FeatureTensor[] features = [.. Enumerable.Range(0, 17).Select(i => _backend.Tensor(ElementType.Float16, shape, [.. Enumerable.Range(0, 64 * 192).Select(j => MathF.Sin(i + j))]))];
        var expected = Enumerable.Range(0, 16).Select(i => kernel.Measure([features[i], features[i + 1]], [])).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            for (var round = 0; round < 100; round++)
            {
                Assert.Equal(expected[i], kernel.Measure([features[i], features[i + 1]], []));
            }
        })));
        Array.ForEach(features, f => f.Release());
    }

    private float Distance(ISimilarityEstimator estimator, Rented a, Rented b)
    {
        var type = new TensorType(ElementType.Float32, a.Tensor.Shape);
        var distance = estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), a.Tensor.Shape);
        return _backend.Compile(new KernelSignature([type, type], 0, [distance])).Measure([a.Tensor, b.Tensor], []);
    }

    private static void AssertNear(double expected, double actual, double relative) =>
        Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected), $"{actual:R} is not {expected:R} ± {relative:R} of it.");

    private static int[] Bits(float[][] outputs) => [.. outputs.SelectMany(o => o).Select(BitConverter.SingleToInt32Bits)];

    private sealed class Rented : IDisposable
    {
        public Rented(CpuBackend backend, TensorShape shape, Func<int, float> element)
        {
            Tensor = backend.Rent(ElementType.Float32, shape);
            var elements = Tensor.Singles;
            for (var i = 0; i < elements.Length; i++)
            {
                elements[i] = element(i);
            }
        }

        public CpuTensor Tensor { get; }

        public ReadOnlySpan<float> Elements => Tensor.Singles;

        public void Dispose() => Tensor.Release();
    }
}
