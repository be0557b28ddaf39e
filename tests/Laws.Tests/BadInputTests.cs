using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Testing;

namespace CachePolicies.Laws.Tests;

/// <summary>What is wrong with a generation is told in one sentence, and another that is under way on the same model goes on undisturbed.</summary>
public sealed class BadInputTests : IDisposable
{
    private const int Count = 8;

    private static readonly DenoiserLayout Layout = PolicyGenerators.Create(tokens: 3, channels: 2, hasText: true, hasTime: true, cuts: 0);

    private readonly CpuBackend _backend = new();
    private readonly StagedDenoiser _denoiser;

    public BadInputTests() => _denoiser = GeneratedDenoiser.On(_backend, Layout);

    public void Dispose()
    {
        Assert.Equal(0, _backend.Statistics.LiveTensors);
        _backend.Dispose();
    }

    [Fact]
    public void Samples_with_different_numbers_of_steps() => Refused<ArgumentException>(
        "equally many evaluations", () => Cached(CachePolicy.None).CreateSession([Lane(0, Count), Lane(1, Count + 1)]));

    [Fact]
    public void A_mask_longer_than_the_run() => Refused<ArgumentException>(
        "9 letters and the run 8 evaluations", () => Cached(CachePolicy.StepMask(new StepMaskOptions { StepMask = "CrCrCrCrC" })).CreateSession([Lane(0, Count), Lane(1, Count)]));

    [Fact]
    public void A_calibration_of_another_model() => Refused<CachePlanException>(
        "the fingerprint 'sha256:other'", () => Cached(CachePolicy.MagCache(new MagCacheOptions { Calibration = new("sha256:other", [1, 1], []) })));

    [Fact]
    public void A_sample_of_another_shape() => InASession(
        session => Refused<ArgumentException>("[3, 2]", () => Evaluate(session, 0, new TensorShape(4, 2), Count)));

    [Fact]
    public void Another_number_of_steps_in_mid_generation() => InASession(
        session => Refused<ArgumentException>("started for 8 evaluations", () => Evaluate(session, 0, new TensorShape(3, 2), Count + 1)));

    [Fact]
    public void A_branch_that_was_never_started() => InASession(session =>
    {
        var latents = new FeatureTensor?[2];
        Refused<ArgumentException>("The session has 1 lanes; given were 2", () => session.Evaluate(GeneratedDenoiser.Evaluation(0, Count), latents, new FeatureTensor?[2]));
    });

    /// <summary>A session refuses and stays as it was.</summary>
    private void InASession(Action<DenoiserSession> act)
    {
        using var session = Cached(CachePolicy.None).CreateSession([Lane(0, Count)]);
        act(session);
        Evaluate(session, 0, Layout.Latent.Primary.Shape, Count);
    }

    private void Refused<T>(string message, Action act)
        where T : Exception
    {
        var expected = Generate(CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0.5f }), () => { });
        var found = Generate(
            CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0.5f }),
            () => Assert.Contains(message, Assert.Throws<T>(act).Message, StringComparison.Ordinal));
        Assert.Equal(expected, found);
    }

    /// <summary>A generation in whose middle something else happens.</summary>
    private List<float> Generate(ICachePolicy policy, Action inTheMiddle)
    {
        var outputs = new List<float>();
        using var session = Cached(policy).CreateSession([Lane(0, Count)]);
        for (var index = 0; index < Count; index++)
        {
            outputs.AddRange(Evaluate(session, index, Layout.Latent.Primary.Shape, Count));
            if (index == Count / 2)
            {
                var live = _backend.Statistics.LiveTensors;
                inTheMiddle();
                Assert.Equal(live, _backend.Statistics.LiveTensors);
            }
        }

        return outputs;
    }

    private float[] Evaluate(DenoiserSession session, int index, TensorShape shape, int count)
    {
        FeatureTensor?[] latent = [_backend.Rent(ElementType.Float32, shape)], output = [null];
        try
        {
            var numbers = new float[shape.ElementCount];
            GeneratedDenoiser.Latent(Layout, 0, index).CopyTo(numbers, 0);
            _backend.Upload((ReadOnlySpan<float>)numbers, latent[0]!);
            session.Evaluate(GeneratedDenoiser.Evaluation(index, count), latent, output);
            return ((CpuTensor)output[0]!).Singles.ToArray();
        }
        finally
        {
            latent[0]!.Release();
            output[0]?.Release();
        }
    }

    private CachedDenoiser Cached(ICachePolicy policy) => new(_denoiser, policy);

    private static LaneInfo Lane(int sample, int count) => new(sample, GuidanceBranch.Conditional, count);
}
