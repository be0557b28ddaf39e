using System.Runtime.CompilerServices;
using CachePolicies.Policies;
using CachePolicies.Testing;

namespace CachePolicies.Laws.Tests;

/// <summary>Every policy and decorator keeps the laws, at usual, eager and forbidding thresholds.</summary>
public class PolicyLawTests
{
    // Together the policies below give each law its cases.
    private static PolicyLawOptions EachPolicy => new() { Cases = LawCases.OfOne(All.Count) };

    private static PolicyLawOptions EachFamily => new() { Cases = LawCases.OfOne(Families.Count) };

    private static readonly MagCacheCalibration Ratios = new("", [1, 1.1, 0.99, 0.98, 0.97, 0.99], [1, 0.9]);

    private static readonly Dictionary<string, Func<float, ICachePolicy>> Families = new()
    {
        ["h2cache structure"] = t => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = t, DetailThreshold = 0 }),
        ["h2cache detail"] = t => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = 0, DetailThreshold = t }),
        ["h2cache any"] = t => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = t / 2, DetailThreshold = t, ReferenceUpdate = H2ReferenceUpdate.AnyCompute }),
        ["h2cache first block"] = t => CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual, StructureThreshold = t, DetailThreshold = t }),
        ["h2cache adaptive"] = t => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = t, DetailThreshold = t, Adaptive = { Enabled = true, StartFactor = 2, EndFactor = 0.5f } }),
        ["blockcache"] = t => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = t }),
        ["blockcache aligned"] = t => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = t, Approximation = { Method = SkipMethod.Aligned } }),
        ["blockcache mean velocity"] = t => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = t, Approximation = { Method = SkipMethod.MeanVelocity, Order = 2 } }),
        ["teacache"] = t => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = t }),
        ["teacache raw negative"] = t => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = t, Family = TeaCacheFamily.Mochi, ClampNegative = false }),
        ["teacache clamped negative"] = t => CachePolicy.TeaCache(new TeaCacheOptions { Threshold = t, Family = TeaCacheFamily.Mochi }),
        ["dicache"] = t => CachePolicy.DiCache(new DiCacheOptions { Threshold = t }),
        ["dicache difference"] = t => CachePolicy.DiCache(new DiCacheOptions { Threshold = t, ErrorMetric = DiCacheErrorMetric.ProbeMinusInput, RetentionRatio = 0 }),
        ["seacache"] = t => CachePolicy.SeaCache(new SeaCacheOptions { Threshold = t, MaximumConsecutiveSkips = null }),
        ["seacache latent, forecast"] = t => CachePolicy.SeaCache(new SeaCacheOptions { Threshold = t, Signal = SeaCacheSignal.Latent, Approximation = { Method = SkipMethod.Chebyshev, MaximumGain = 4 } }),
        ["easycache"] = t => CachePolicy.EasyCache(new EasyCacheOptions { Threshold = t, WarmupSteps = 2 }),
        ["magcache"] = t => CachePolicy.MagCache(new MagCacheOptions { Threshold = t, Calibration = Ratios }),
        ["dbcache"] = t => CachePolicy.DBCache(new DBCacheOptions { Threshold = t, Tail = "detail.tail", WarmupSteps = 1, MaximumAccumulatedDistance = 1 }),
        ["dbcache accumulated"] = t => CachePolicy.DBCache(new DBCacheOptions { Threshold = 1, WarmupSteps = 1, MaximumAccumulatedDistance = t }),
    };

    public static TheoryData<string> Thresholded => [.. Families.Keys];

    /// <summary>Every known policy, with its defaults.</summary>
    public static TheoryData<string> Catalogue => [.. PolicyCatalog.All.Select(p => p.Name)];

    /// <summary>Every threshold of every known policy.</summary>
    public static TheoryData<string, string> CatalogueThresholds
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var policy in PolicyCatalog.All)
            {
                foreach (var option in policy.Options.Where(IsThreshold))
                {
                    all.Add(policy.Name, option.Name);
                }
            }

            return all;
        }
    }

    public static TheoryData<string> All =>
    [
        .. Families.Keys.SelectMany(k => new[] { $"{k} at 0.3", $"{k} at 1000" }),
        "taylorseer", "spectrum", "meancache", "every decorator",
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void Keeps_the_laws_of_every_policy(string name) => Check(EachPolicy, options => PolicyLaws.Check(Create(name), options));

    [Theory]
    [MemberData(nameof(Thresholded))]
    public void Keeps_the_laws_of_thresholds(string family) => Check(EachFamily, options => PolicyLaws.CheckThreshold(Families[family], options));

    [Theory]
    [MemberData(nameof(Catalogue))]
    public void Every_known_policy_keeps_the_laws(string name) => Check(OfCatalogue(Catalogue.Count), options => PolicyLaws.Check(Make(name, _ => { }), options));

    [Theory]
    [MemberData(nameof(CatalogueThresholds))]
    public void Every_threshold_of_a_known_policy_keeps_the_laws(string name, string threshold) => Check(
        OfCatalogue(CatalogueThresholds.Count),
        options => PolicyLaws.CheckThreshold(
            t => Make(name, o =>
            {
                foreach (var other in PolicyCatalog.Find(name)!.Options.Where(IsThreshold))
                {
                    other.TryWrite(o, other.Name == threshold ? t.ToString(System.Globalization.CultureInfo.InvariantCulture) : "0");
                }
            }),
            options));

    private static bool IsThreshold(PolicyOption option) => ReferenceEquals(option.Type, OptionTypes.Threshold);

    private static PolicyLawOptions OfCatalogue(int parts) => new() { Cases = LawCases.OfOne(parts) };

    private static ICachePolicy Make(string name, Action<CachePolicyOptions> configure)
    {
        var policy = PolicyCatalog.Find(name)!;
        var options = policy.CreateOptions();
        if (options is MagCacheOptions calibrated)
        {
            calibrated.Calibration = Ratios;
        }

        configure(options);
        return policy.Create(options);
    }

    private static void Check(PolicyLawOptions options, Action<PolicyLawOptions> law, [CallerMemberName] string name = "")
    {
        foreach (var replay in KeptReplays.Of(name))
        {
            law(options with { Replay = replay });
        }

        law(options);
    }

    private static ICachePolicy Create(string name) => name switch
    {
        "spectrum" => CachePolicy.Spectrum(new SpectrumOptions { WarmupSteps = 1, GlobalShare = 0.5f, FreeLine = true }),
        "meancache" => CachePolicy.MeanCache(new MeanCacheOptions { WarmupSteps = 2, Path = "0:3" }),
        "taylorseer" => CachePolicy.TaylorSeer(new TaylorSeerOptions { WarmupSteps = 1, Interval = 4 }),
        "every decorator" => CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = 0.5f, DetailThreshold = 0.5f })
            .WithWarmup(2).WithForcedLast(1).WithMaximumConsecutiveSkips(2).WithMaximumSkips(9).WithCooldown(2).WithStepMask(StepMask.Fast),
        _ when name.Split(" at ") is [var family, var threshold] => Families[family](float.Parse(threshold, System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException(name),
    };
}
