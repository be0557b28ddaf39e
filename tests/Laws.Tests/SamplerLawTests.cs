using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>Policies under solvers that evaluate twice a step, look back, correct what they predicted or add noise: the policy sees evaluations.</summary>
public class SamplerLawTests
{
    private const int Steps = 7;
    private const int Cases = 25;

    private static readonly CpuBackend Backend = new();

    private static readonly ISampler[] Samplers =
    [
        new FlowMatchHeunSampler(3), new HeunSampler(), new DpmSolverSampler(new DpmSolverOptions { Order = 3 }), new UniPcSampler(), new PndmSampler(), new LcmSampler(),
    ];

    private static readonly Arbitrary<DenoiserLayout> Layouts =
        Arb.From(PolicyGenerators.Layouts.Where(layout => layout.Latent.Primary.IsCompatibleWith(layout.Output.Primary)));

    public static TheoryData<string, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, int>();
            foreach (var family in EngineLawTests.Families.Keys)
            {
                for (var sampler = 0; sampler < Samplers.Length; sampler++)
                {
                    pairs.Add(family, sampler);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Threshold_zero_is_bit_identical_to_no_cache(string family, int sampler)
    {
        var never = EngineLawTests.Families[family](0);
        Law.Holds(Layouts, layout => Assert.Equal(Run(layout, CachePolicy.None, sampler, out _), Run(layout, never, sampler, out _)), Cases);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_loose_threshold_gives_numbers_and_counts_every_evaluation(string family, int sampler)
    {
        var loose = EngineLawTests.Families[family](0.3f);
        Law.Holds(
            Layouts,
            layout =>
            {
                var latent = Run(layout, loose, sampler, out var records);
                Assert.All(latent, z => Assert.True(float.IsFinite(z)));
                var schedule = Samplers[sampler].CreateSchedule(Steps);
                Assert.Equal(schedule.Evaluations.Length, records.Count);
                Assert.Equal(schedule.Evaluations.Select(e => e.Sigma), records.Select(r => r.Evaluation.Sigma));
                Assert.Equal(layout.Stages.Length, records[0].ComputedStages.Count);
            },
            Cases);
    }

    private static float[] Run(DenoiserLayout layout, ICachePolicy policy, int sampler, out List<EvaluationRecord> records)
    {
        var observer = new Recorder();
        records = observer.All;
        var noise = GeneratedDenoiser.Latent(layout, 0, 0);
        var inputs = layout.Inputs
            .Where(i => i.Name is not (DenoiserLayout.TimestepInput or DenoiserLayout.SigmaInput))
            .ToDictionary(i => i.Name, i => i.ElementType.IsFloatingPoint() ? (InputValue)new float[i.Shape.ElementCount] : new long[i.Shape.ElementCount]);
        var sample = new GenerationSample(noise, inputs) { FreshNoise = () => destination => noise.CopyTo(destination) };
        var loop = new DenoisingLoop(new CachedDenoiser(GeneratedDenoiser.On(Backend, layout), policy), Samplers[sampler]);
        var latent = loop.Run(new GenerationRequest(Steps, [sample]), observer)[0];
        Assert.Equal(0, Backend.Statistics.LiveTensors);
        return latent;
    }

    private sealed class Recorder : IEvaluationObserver
    {
        public List<EvaluationRecord> All { get; } = [];

        public void EvaluationCompleted(EvaluationRecord record) => All.Add(record);
    }
}
