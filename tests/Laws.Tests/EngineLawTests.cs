using CachePolicies.Backends.Cpu;
using CachePolicies.Engine;
using CachePolicies.Policies;
using CachePolicies.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Laws.Tests;

/// <summary>Laws that need features: what the engine makes of a policy's decisions.</summary>
public class EngineLawTests
{
    private const int Steps = 12;

    private static readonly CpuBackend Backend = new();

    private static readonly Arbitrary<DenoiserLayout> Layouts = Arb.From(PolicyGenerators.Layouts);

    internal static readonly Dictionary<string, Func<float, ICachePolicy>> Families = new()
    {
        ["h2cache"] = t => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = t, DetailThreshold = t }),
        ["h2cache first block"] = t => CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual, StructureThreshold = t, DetailThreshold = t }),
        ["blockcache"] = t => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = t }),
        ["teacache"] = t => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = t, Family = TeaCacheFamily.Mochi, ClampNegative = false }),
        ["dicache"] = t => CachePolicy.DiCache(new DiCacheOptions { Threshold = t, RetentionRatio = 0 }),
        ["easycache"] = t => CachePolicy.EasyCache(new EasyCacheOptions { Threshold = t, WarmupSteps = 0 }),
        ["magcache"] = t => CachePolicy.MagCache(new MagCacheOptions { Threshold = t, RetentionRatio = 0, Calibration = new("", [1], []) }),
        ["dbcache"] = t => CachePolicy.DBCache(new DBCacheOptions { Threshold = t, WarmupSteps = 0, Tail = "detail.tail" }),
    };

    public static TheoryData<string> Names => [.. Families.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Threshold_zero_is_bit_identical_to_no_cache(string family)
    {
        var never = Families[family](0);
        Law.Holds(Layouts, layout => Assert.Equal(Run(layout, CachePolicy.None, out _), Run(layout, never, out _)), LawCases.OfOne(Families.Count));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_generous_threshold_skips_and_changes_the_output(string family)
    {
        var (generous, skipped) = (Families[family](1000), false);
        Law.Holds(
            Layouts,
            layout =>
            {
                var cached = Run(layout, generous, out var records);
                if (records.Any(r => r.ComputedStages.Count < layout.Stages.Length))
                {
                    skipped = true;
                    Assert.NotEqual(Run(layout, CachePolicy.None, out _), cached);
                }
            },
            LawCases.OfOne(Families.Count));
        Assert.True(skipped);
    }

    [Fact]
    public void Gamma_stays_within_its_clip()
    {
        var policy = CachePolicy.DiCache(new DiCacheOptions { Threshold = 5, RetentionRatio = 0, MaximumConsecutiveSkips = 2 });
        var seen = 0;
        Law.Holds(Layouts, layout =>
        {
            Run(layout, policy, out var records);
            foreach (var gamma in records.SelectMany(r => r.Checks).Where(c => c.Taken).Select(c => c.Diagnostic).OfType<float>())
            {
                Assert.InRange(gamma, 1, 1.5f);
                seen++;
            }
        });
        Assert.True(seen > 0);
    }

    [Fact]
    public void Forced_evaluations_are_computed_whatever_the_policy()
    {
        var policy = CachePolicy.StepMask(new StepMaskOptions { StepMask = "CrrrrrrrCrrr", WarmupSteps = 3, ForcedLastSteps = 2 });
        Law.Holds(Layouts, layout =>
        {
            Run(layout, policy, out var records);
            Assert.Equal("CCCrrrrrCrCC", string.Concat(records.Select(r => r.ComputedStages.Count == layout.Stages.Length ? 'C' : 'r')));
        });
    }

    private static float[] Run(DenoiserLayout layout, ICachePolicy policy, out List<EvaluationRecord> records)
    {
        var observer = new Recorder();
        records = observer.All;
        var all = new List<float>();
        using (var session = new CachedDenoiser(GeneratedDenoiser.On(Backend, layout), policy).CreateSession([new LaneInfo(0, GuidanceBranch.Conditional, Steps)], observer))
        {
            FeatureTensor?[] latent = [null], output = [null];
            for (var i = 0; i < Steps; i++)
            {
                latent[0] = Backend.Rent(ElementType.Float32, layout.Latent.Primary.Shape);
                Backend.Upload((ReadOnlySpan<float>)GeneratedDenoiser.Latent(layout, 0, i), latent[0]!);
                session.Evaluate(GeneratedDenoiser.Evaluation(i, Steps), latent, output);
                all.AddRange(((CpuTensor)output[0]!).Singles);
                latent[0]!.Release();
                output[0]!.Release();
            }
        }

        Assert.Equal(0, Backend.Statistics.LiveTensors);
        return [.. all];
    }

    private sealed class Recorder : IEvaluationObserver
    {
        public List<EvaluationRecord> All { get; } = [];

        public void EvaluationCompleted(EvaluationRecord record) => All.Add(record);
    }
}
