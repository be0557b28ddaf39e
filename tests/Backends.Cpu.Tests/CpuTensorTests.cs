namespace CachePolicies.Backends.Cpu.Tests;

public sealed class CpuTensorTests : IDisposable
{
    private static readonly TensorShape Shape = new(3, 5);
    private readonly CpuBackend _backend = new();

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Memory_starts_on_a_cache_line()
    {
        foreach (var type in Enum.GetValues<ElementType>())
        {
            var tensors = Enumerable.Range(1, 20).Select(n => _backend.Rent(type, new TensorShape(n), 3)).ToArray();
            Assert.All(tensors, t => Assert.Equal(0, t.Address % 64));
            Array.ForEach(tensors, t => t.Release());
        }
    }

    [Fact]
    public void Elements_of_all_rows_are_shown_by_their_type()
    {
        var singles = _backend.Rent(ElementType.Float32, Shape, 2);
        var halves = _backend.Rent(ElementType.Float16, Shape, 2);
        var bits = _backend.Rent(ElementType.BFloat16, Shape, 2);
        var integers = _backend.Rent(ElementType.Int64, Shape, 2);
        Assert.Equal((30, 30, 30, 30), (singles.Singles.Length, halves.Halves.Length, bits.BFloat16Bits.Length, integers.Integers.Length));

        _backend.Upload([.. Enumerable.Repeat(1.5f, 30)], halves);
        _backend.Upload([.. Enumerable.Repeat(-2f, 30)], bits);
        Assert.Equal((Half)1.5f, halves.Halves[29]);
        Assert.Equal(0xC000, bits.BFloat16Bits[29]);
        Array.ForEach([singles, halves, bits, integers], t => t.Release());
    }

    [Fact]
    public void Elements_of_another_type_are_not_shown()
    {
        var tensor = _backend.Rent(ElementType.Float16, Shape);
        var error = Assert.Throws<InvalidOperationException>(() => tensor.Singles[0]);
        Assert.Contains("Float16", error.Message, StringComparison.Ordinal);
        tensor.Release();
        Assert.Throws<ObjectDisposedException>(() => tensor.Halves[0]);
    }

    [Fact]
    public void The_pool_keeps_no_more_than_it_was_allowed()
    {
        using var backend = new CpuBackend(maximumPooledBytes: 100);
        var (small, large) = (backend.Rent(ElementType.Float32, Shape), backend.Rent(ElementType.Float32, new TensorShape(100)));
        small.Release();
        large.Release();
        Assert.Equal(60, backend.Statistics.PooledBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CpuBackend(-1));
    }

    [Fact]
    public void Memory_is_shared_by_tensors_of_one_type_shape_and_number_of_rows()
    {
        var tensor = _backend.Rent(ElementType.Float32, Shape);
        tensor.Release();
        var turned = _backend.Rent(ElementType.Float32, new TensorShape(5, 3));
        var equal = _backend.Rent(ElementType.Float32, new TensorShape(3, 5));
        Assert.NotSame(tensor, turned);
        Assert.Same(tensor, equal);
        turned.Release();
        equal.Release();
    }

    [Fact]
    public void A_tensor_outlives_the_backend_while_it_is_leased()
    {
        var backend = new CpuBackend();
        var tensor = backend.Rent(ElementType.Float32, Shape);
        backend.Dispose();
        tensor.Singles.Fill(7);
        Assert.Equal(1, backend.Statistics.LiveTensors);
        tensor.Release();
        Assert.Equal((0, 0L), (backend.Statistics.LiveTensors, backend.Statistics.PooledBytes));
    }

    [Fact]
    public async Task The_ledger_is_right_after_many_threads_rented_and_released()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                var first = _backend.Rent(ElementType.Float32, new TensorShape(1 + (i % 7)));
                var second = _backend.Rent(ElementType.Float16, Shape, 1 + (thread % 2));
                first.Release();
                second.Release();
            }
        })));
        var statistics = _backend.Statistics;
        Assert.Equal((0, 0L), (statistics.LiveTensors, statistics.LiveBytes));
        Assert.InRange(statistics.PooledBytes, 1, 8 * ((28 * 7) + 120));
    }

    [Fact]
    public void A_stage_runs_its_code_on_tensors_of_the_backend()
    {
        var stage = new CpuStage("double", (inputs, outputs, rows) =>
        {
            Assert.Equal((1, 1, 2), (inputs.Count, outputs.Count, rows));
            for (var i = 0; i < inputs[0].Singles.Length; i++)
            {
                outputs[0].Singles[i] = 2 * inputs[0].Singles[i];
            }
        });
        var (input, output) = (_backend.Rent(ElementType.Float32, Shape, 2), _backend.Rent(ElementType.Float32, Shape, 2));
        input.Singles.Fill(1.5f);
        stage.Run(new StageInvocation([input], [output], 2));
        Assert.Equal("double", stage.Name);
        Assert.All(output.Singles.ToArray(), x => Assert.Equal(3, x));

        var error = Assert.Throws<ArgumentException>(() => stage.Run(new StageInvocation([new StrangeTensor()], [output], 2)));
        Assert.Contains(nameof(StrangeTensor), error.Message, StringComparison.Ordinal);
        input.Release();
        output.Release();
    }

    private sealed class StrangeTensor() : FeatureTensor(ElementType.Float32, CpuTensorTests.Shape, 2)
    {
        protected override void ReturnToPool()
        {
        }
    }
}
