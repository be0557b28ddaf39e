using CachePolicies.Testing;

namespace CachePolicies.Backends.Cpu.Tests;

public sealed class AllocationTests : IDisposable
{
    private static readonly TensorShape Tokens = new(64, 192);
    private readonly CpuBackend _backend = new();

    public void Dispose() => _backend.Dispose();

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void Kernels_allocate_nothing_once_warm(ElementType element)
    {
        var type = new TensorType(element, Tokens);
        var (a, b) = (TensorExpression.Input(0), TensorExpression.Input(1));
        var distance = _backend.Compile(new KernelSignature([type, type], 0, [SimilarityEstimator.RelativeL1.Distance(a, b, Tokens)]));
        var pooled = _backend.Compile(new KernelSignature([type, type], 0, [SimilarityEstimator.PooledRelativeL1(8).Distance(a, b, Tokens)]));
        var sum = _backend.Compile(new KernelSignature([type, type], 1, [a + (TensorExpression.Scalar(0) * b), (a - b).Mean(1)]));
        FeatureTensor[] inputs = [Feature(element, 1), Feature(element, 2)], outputs = [_backend.Rent(element, Tokens), _backend.Rent(element, new TensorShape(64))];
        float[] scalars = [0.5f];
        AssertAllocatesNothing(() =>
        {
            distance.Measure(inputs, []);
            pooled.Measure(inputs, []);
            sum.Run(inputs, scalars, outputs);
        });
        Array.ForEach([.. inputs, .. outputs], t => t.Release());
    }

    [Fact]
    public void Renting_and_copying_allocate_nothing_once_warm()
    {
        var numbers = new float[64 * 192];
        var rows = new FeatureTensor[2];
        AssertAllocatesNothing(() =>
        {
            rows[0] = _backend.Rent(ElementType.Float16, Tokens);
            rows[1] = _backend.Rent(ElementType.Float16, Tokens);
            var batch = _backend.Rent(ElementType.Float16, Tokens, 2);
            _backend.Upload(numbers, rows[0]);
            _backend.Gather(rows, batch);
            _backend.Scatter(batch, rows);
            _backend.Download(rows[1], numbers);
            rows[0].AddLease().Release();
            rows[0].Release();
            rows[1].Release();
            batch.Release();
        });
        Assert.Equal(0, _backend.Statistics.LiveTensors);
    }

    [Fact]
    public void Compiling_an_equal_signature_again_finds_the_kernel()
    {
        var type = new TensorType(ElementType.Float32, Tokens);
        var signature = new KernelSignature([type, type], 0, [TensorExpression.Input(0) - TensorExpression.Input(1)]);
        AssertAllocatesNothing(() => _backend.Compile(signature));
    }

    private FeatureTensor Feature(ElementType type, int seed) =>
        _backend.Tensor(type, Tokens, [.. Enumerable.Range(0, 64 * 192).Select(i => MathF.Sin(seed + (0.3f * i)))]);

    private static void AssertAllocatesNothing(Action work)
    {
        for (var i = 0; i < 3; i++)
        {
            work();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            work();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
