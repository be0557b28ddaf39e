using CachePolicies.Engine;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Whole generations of the tiny model on the CPU provider.</summary>
public sealed class CpuGenerationTests : IDisposable
{
    private readonly TinyModel _files = new();
    private readonly OnnxRuntimeBackend _backend = new(new OnnxRuntimeOptions { Threads = 1 });
    private readonly OnnxDenoiserModel _model;

    public CpuGenerationTests() => _model = OnnxDenoiserModel.Load(_files.Folder.Path, _backend);

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        Assert.Equal(0, _backend.Statistics.LiveBytes);
        _model.Dispose();
        _backend.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Sixteen_generations_at_once_equal_sixteen_one_by_one_bit_for_bit()
    {
        var policies = TinyRun.Policies.Values.ToArray();
        float[] Generate(int i) => TinyRun.Of(_model.Denoiser, policies[i % policies.Length], seed: i).Output;
        var serial = Enumerable.Range(0, 16).Select(Generate).ToArray();
        var parallel = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Generate(i))));
        Assert.All(serial.Zip(parallel), p => Assert.Equal(p.First, p.Second));
    }

    [Fact]
    public void The_policies_of_these_tests_hit_and_miss_well_off_their_thresholds()
    {
        foreach (var (name, policy) in TinyRun.Policies.Where(p => p.Key != "none"))
        {
            var run = TinyRun.Of(_model.Denoiser, policy);
            Assert.True(run.Skips is > 2 and < 26, $"{name} skips in {run.Skips} of 28 evaluations:\n{run.Decisions}");
        }
    }

    [Fact]
    public void A_step_with_known_buffers_allocates_nothing()
    {
        foreach (var (name, policy) in TinyRun.Policies)
        {
            SteadyState.AssertAllocatesNothing(TinyRun.Loop(_model.Denoiser, policy), name);
        }
    }

    [Fact]
    public void A_cache_holds_just_the_bytes_that_were_told_in_advance()
    {
        foreach (var (name, policy) in TinyRun.Policies)
        {
            var loop = TinyRun.Loop(_model.Denoiser, policy);
            using var generation = loop.Start(TinyRun.Request(1));
            while (generation.MoveNext())
            {
            }

            Assert.Equal((name, loop.Denoiser.EstimateCacheBytes(2)), (name, generation.Session.HeldCacheBytes));
        }
    }

    [Theory]
    [InlineData(ElementType.Float16, 0.02f)]
    [InlineData(ElementType.BFloat16, 0.15f)]
    public void Features_of_two_bytes_are_decided_on_alike(ElementType type, float tolerance)
    {
        using var files = new TinyModel(type);
        using var model = OnnxDenoiserModel.Load(files.Folder.Path, _backend);
        foreach (var (name, policy) in TinyRun.Policies)
        {
            var half = TinyRun.Of(model.Denoiser, policy);
            Assert.Equal(name == "none", half.Skips == 0);
            if (name == "none")
            {
                Assert.All(half.Output.Zip(TinyRun.Of(_model.Denoiser, policy).Output), o => Assert.Equal(o.Second, o.First, tolerance));
            }
        }
    }

    [Fact]
    public void A_memory_limit_ends_the_generation_with_the_figures_and_leaves_no_lease()
    {
        using var backend = new OnnxRuntimeBackend(new OnnxRuntimeOptions { MemoryLimit = 6_000 });
        using var model = OnnxDenoiserModel.Load(_files.Folder.Path, backend);
        var error = Assert.ThrowsAny<InvalidOperationException>(() => TinyRun.Of(model.Denoiser, TinyRun.Policies["none"]));
        Assert.Contains("6,000", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, backend.Statistics.LiveTensors);
        backend.Rent(ElementType.Float32, new TensorShape(100)).Release();
    }
}
