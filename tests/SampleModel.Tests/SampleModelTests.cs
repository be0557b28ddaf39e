using CachePolicies.Engine;
using CachePolicies.Policies;

namespace CachePolicies.SampleModel.Tests;

/// <summary>Whole generations of the trained model under the real policies.</summary>
public sealed class SampleModelTests(SampleModelFixture fixture) : IClassFixture<SampleModelFixture>
{
    private const int Steps = 12;
    private const float Guidance = 3;

    public static TheoryData<string> ThresholdsOfZero() => [.. AtZero.Keys];

    private static Dictionary<string, ICachePolicy> AtZero { get; } = new()
    {
        ["none"] = CachePolicy.None,
        ["H2-Cache"] = CachePolicy.H2Cache(new() { StructureThreshold = 0, DetailThreshold = 0 }),
        ["H2-Cache, first-block residual"] = CachePolicy.H2Cache(new() { Variant = H2CacheVariant.FirstBlockResidual, StructureThreshold = 0, DetailThreshold = 0 }),
        ["block cache"] = CachePolicy.BlockCache(new() { Threshold = 0 }),
        ["TeaCache"] = CachePolicy.TeaCache(new() { Threshold = 0 }),
        ["TeaCache with a negative polynomial"] = CachePolicy.TeaCache(new() { Threshold = 0, Coefficients = [-1, -1], ClampNegative = false }),
        ["DiCache"] = CachePolicy.DiCache(new() { Threshold = 0 }),
    };

    private static ICachePolicy[] Active { get; } =
    [
        CachePolicy.H2Cache(new() { StructureThreshold = 0.04f, DetailThreshold = 0.04f, ForcedLastSteps = 2 }),
        CachePolicy.H2Cache(new() { Variant = H2CacheVariant.FirstBlockResidual, StructureThreshold = 0.15f, DetailThreshold = 0.15f }),
        CachePolicy.BlockCache(new() { Threshold = 0.15f }),
        CachePolicy.TeaCache(new() { Threshold = 0.2f, Coefficients = [1, 0] }),
        CachePolicy.DiCache(new() { Threshold = 0.2f }),
    ];

    [Theory]
    [MemberData(nameof(ThresholdsOfZero))]
    public void A_policy_with_thresholds_of_zero_is_bit_identical_to_a_plain_loop_over_the_stages(string policy)
    {
        var sample = fixture.Sample(7);
        var plain = PlainLoop(sample);
        foreach (var execution in Enum.GetValues<LaneExecution>())
        {
            var actual = Loop(AtZero[policy], execution).Run(new GenerationRequest(Steps, [sample], Guidance))[0];
            if (execution == LaneExecution.Separate)
            {
                Assert.Equal(plain, actual);
            }
            else
            {
                // A batch of two goes through other matrix products than two batches of one; it equals itself.
                Assert.Equal(Loop(CachePolicy.None, execution).Run(new GenerationRequest(Steps, [sample], Guidance))[0], actual);
                Assert.All(plain.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            }
        }
    }

    [Fact]
    public void Sixteen_generations_at_once_with_different_policies_equal_the_same_one_after_another()
    {
        var requests = Enumerable.Range(0, 16).Select(i => new GenerationRequest(Steps, [fixture.Sample(i)], Guidance)).ToArray();
        var loops = Active.Select(p => Loop(p)).ToArray();
        var serial = requests.Select((r, i) => loops[i % loops.Length].Run(r)[0]).ToArray();
        var together = new float[16][];
        var threads = requests.Select((request, i) => new Thread(() => together[i] = loops[i % loops.Length].Run(request)[0])).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        for (var i = 0; i < 16; i++)
        {
            Assert.Equal(serial[i], together[i]);
        }

        Assert.Equal(0, fixture.Backend.Statistics.LiveTensors);
    }

    [Fact]
    public void Every_policy_skips_and_stays_near_the_uncached_image()
    {
        var request = new GenerationRequest(50, [fixture.Sample(3)], Guidance);
        var uncached = Loop(CachePolicy.None).Run(request)[0];
        foreach (var policy in Active)
        {
            var observer = new Shares();
            var cached = Loop(policy).Run(request, observer)[0];
            Assert.True(observer.Counts[(int)ComputedShare.Full] >= 1, policy.Name);
            Assert.True(observer.Counts[(int)ComputedShare.Partial] + observer.Counts[(int)ComputedShare.Skipped] >= 10, $"{policy.Name}: {string.Join(' ', observer.Counts)}");
            var error = uncached.Zip(cached, (a, b) => Math.Abs(a - b)).Average();
            Assert.True(error is > 1e-6f and < 0.2f, $"{policy.Name}: {string.Join(' ', observer.Counts)}, error {error}");
        }
    }

    [Fact]
    public void Cancellation_in_mid_run_leaves_no_lease_and_the_model_usable()
    {
        var loop = Loop(Active[0]);
        using var source = new CancellationTokenSource();
        using var generation = loop.Start(new GenerationRequest(Steps, [fixture.Sample(5)], Guidance));
        Assert.True(generation.MoveNext(source.Token));
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => generation.MoveNext(source.Token));
        generation.Dispose();
        Assert.Equal(0, fixture.Backend.Statistics.LiveTensors);
        Assert.Equal(64 * 48, loop.Run(new GenerationRequest(2, [fixture.Sample(5)], Guidance))[0].Length);
    }

    [Fact]
    public void The_cache_of_each_policy_holds_what_was_estimated()
    {
        foreach (var policy in Active)
        {
            var cached = new CachedDenoiser(fixture.Model.Denoiser, policy);
            using var generation = new DenoisingLoop(cached, new FlowMatchEulerSampler()).Start(new GenerationRequest(30, [fixture.Sample(3)], Guidance));
            while (generation.MoveNext())
            {
            }

            Assert.Equal(cached.EstimateCacheBytes(2), generation.Session.HeldCacheBytes);
        }
    }

    [Fact]
    public void A_generation_like_an_earlier_one_allocates_nothing_on_the_managed_heap_in_its_steps()
    {
        // The pool hands out the same buffers in the same order, so every binding of the second run was prebuilt by the first.
        foreach (var policy in Active.Append(CachePolicy.None))
        {
            var loop = Loop(policy);
            var request = new GenerationRequest(40, [fixture.Sample(3)], Guidance);
            loop.Run(request);
            using var generation = loop.Start(request);
            generation.MoveNext();
            var before = GC.GetAllocatedBytesForCurrentThread();
            while (generation.MoveNext())
            {
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated == 0, $"{policy.Name}: {allocated} bytes in 39 steps");
        }
    }

    private DenoisingLoop Loop(ICachePolicy policy, LaneExecution execution = LaneExecution.Separate) =>
        new(new CachedDenoiser(fixture.Model.Denoiser, policy, new CachedDenoiserOptions { LaneExecution = execution }), new FlowMatchEulerSampler());

    /// <summary>The same generation with nothing of the engine: every stage, one after the other, then guidance and Euler's step in plain code.</summary>
    private float[] PlainLoop(GenerationSample sample)
    {
        var z = sample.Noise.ToArray();
        for (var i = 0; i < Steps; i++)
        {
            var (sigma, next) = ((double)(Steps - i) / Steps, (double)(Steps - i - 1) / Steps);
            var conditional = PlainEvaluation(z, (float)sigma, sample.Conditional["text_ids"].Integers.Span);
            var unconditional = PlainEvaluation(z, (float)sigma, sample.Unconditional!["text_ids"].Integers.Span);
            var step = (float)(next - sigma);
            for (var k = 0; k < z.Length; k++)
            {
                z[k] = ((1f * z[k]) + (step * Guidance * conditional[k])) + (step * (1 - Guidance) * unconditional[k]);
            }
        }

        return z;
    }

    private float[] PlainEvaluation(float[] z, float timestep, ReadOnlySpan<long> text)
    {
        var (backend, layout) = (fixture.Backend, fixture.Layout);
        var tensors = new Dictionary<string, FeatureTensor>(StringComparer.Ordinal);
        FeatureTensor Rent(string name, TensorDescriptor descriptor) => tensors[name] = backend.Rent(descriptor.ElementType, descriptor.Shape);
        backend.Upload(z, Rent("latent/image", layout.Latent.Primary));
        backend.Upload([timestep], Rent("timestep", layout.Inputs.Single(i => i.Name == "timestep")));
        backend.Upload(text, Rent("text_ids", layout.Inputs.Single(i => i.Name == "text_ids")));
        if (layout.Prelude is { } prelude)
        {
            var read = prelude.Reads.Select(r => tensors[r]).ToArray();
            var made = prelude.Tensors.Select(t => Rent($"{PreludeDescriptor.Name}/{t.Name}", t)).ToArray();
            fixture.Model.Denoiser.Prelude!.Run(new StageInvocation(read, made, 1));
        }

        for (var stage = 0; stage < layout.Stages.Length; stage++)
        {
            var inputs = layout.Stages[stage].Reads.Select(r => tensors[r]).ToArray();
            var target = layout.Boundaries[stage + 1];
            var outputs = target.Tensors.Select(t => Rent($"{target.Name}/{t.Name}", t)).ToArray();
            fixture.Model.Denoiser.Stages[stage].Run(new StageInvocation(inputs, outputs, 1));
        }

        var output = new float[z.Length];
        backend.Download(tensors["output/image"], output);
        foreach (var tensor in tensors.Values)
        {
            tensor.Release();
        }

        return output;
    }

    private sealed class Shares : IEvaluationObserver
    {
        public int[] Counts { get; } = new int[3];

        public void EvaluationCompleted(EvaluationRecord record) => Counts[(int)record.Share]++;
    }
}
