using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>The real engine does what the naive one does: same outputs, same computed stages, same measurements, same cache, no lease left.</summary>
public class ReferenceEngineTests
{
    private static readonly Arbitrary<(DenoiserLayout Layout, uint Seed, int Lanes, int Count)> Runs = Arb.From(
        from layout in PolicyGenerators.Layouts
        from seed in Gen.Choose(0, int.MaxValue)
        from lanes in Gen.Choose(1, 3)
        from count in Gen.Choose(1, 7)
        select (layout, (uint)seed, lanes, count));

    [Theory]
    [InlineData(LaneExecution.Batched)]
    [InlineData(LaneExecution.Separate)]
    public void The_engine_equals_the_reference_over_random_policies_and_layouts(LaneExecution execution) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(LawCases.Or(400)).WithQuietOnSuccess(true),
        Prop.ForAll(Runs, run => Compare(run.Layout, run.Seed, run.Lanes, run.Count, execution)));

    private static void Compare(DenoiserLayout layout, uint seed, int lanes, int count, LaneExecution execution)
    {
        using var backend = new CpuBackend();
        var (real, naive) = (new ScrambledPolicy(seed), new ScrambledPolicy(seed));
        var infos = Enumerable.Range(0, lanes).Select(i => new LaneInfo(i, GuidanceBranch.Conditional, count)).ToArray();
        var expected = infos.Select(i => new ReferenceEngine(layout, GeneratedDenoiser.StageOf(layout), naive, i)).ToArray();
        var records = new Recorder();
        using (var session = new CachedDenoiser(GeneratedDenoiser.On(backend, layout), real, new CachedDenoiserOptions { LaneExecution = execution }).CreateSession(infos, records))
        {
            for (var index = 0; index < count; index++)
            {
                var evaluation = GeneratedDenoiser.Evaluation(index, count);
                var outputs = Evaluate(session, backend, layout, evaluation, lanes);
                for (var lane = 0; lane < lanes; lane++)
                {
                    float[][] inputs = layout.Inputs.IsEmpty ? [] : [[evaluation.Timestep]];
                    var reference = expected[lane].Evaluate(evaluation, GeneratedDenoiser.Latent(layout, lane, index), inputs);
                    Assert.Equal(reference.Computed, records.Computed[(lane, index)]);
                    RequireClose(reference.Output, outputs[lane], $"output of lane {lane} in evaluation {index}");
                }

                Assert.Equal(expected.Sum(e => e.HeldBytes), session.HeldCacheBytes);
            }
        }

        for (var lane = 0; lane < lanes; lane++)
        {
            RequireClose([.. naive.Measured[lane]], [.. real.Measured[lane]], $"measurements of lane {lane}");
        }

        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    private static float[][] Evaluate(DenoiserSession session, CpuBackend backend, DenoiserLayout layout, in EvaluationInfo evaluation, int lanes)
    {
        var latents = new FeatureTensor?[lanes];
        var outputs = new FeatureTensor?[lanes];
        for (var lane = 0; lane < lanes; lane++)
        {
            latents[lane] = backend.Rent(ElementType.Float32, layout.Latent.Primary.Shape);
            backend.Upload((ReadOnlySpan<float>)GeneratedDenoiser.Latent(layout, lane, evaluation.Index), latents[lane]!);
        }

        session.Evaluate(evaluation, latents, outputs);
        var values = outputs.Select(o => ((CpuTensor)o!).Singles.ToArray()).ToArray();
        foreach (var tensor in latents.Concat(outputs))
        {
            tensor!.Release();
        }

        return values;
    }

    private static void RequireClose(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var close = expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= 1e-3 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(close, $"{what}: element {i} is {actual[i]:R}, the reference has {expected[i]:R}");
        }
    }

    private sealed class Recorder : IEvaluationObserver
    {
        public Dictionary<(int Lane, int Index), StageSet> Computed { get; } = [];

        public void EvaluationCompleted(EvaluationRecord record) => Computed[(record.Lane.Sample, record.Evaluation.Index)] = record.ComputedStages;
    }
}
