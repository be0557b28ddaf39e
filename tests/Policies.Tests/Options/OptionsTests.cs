namespace CachePolicies.Policies.Tests.Options;

public class OptionsTests
{
    public static TheoryData<CachePolicyOptions, string> Wrong => new()
    {
        { new BlockCacheOptions { Threshold = float.NaN }, "BlockCacheOptions.Threshold is NaN; expected a finite number of at least 0 (0 never skips)." },
        { new BlockCacheOptions { Threshold = -0.1f }, "BlockCacheOptions.Threshold is -0.1;" },
        { new BlockCacheOptions { Threshold = float.PositiveInfinity }, "BlockCacheOptions.Threshold is Infinity;" },
        { new BlockCacheOptions { Probe = " " }, "BlockCacheOptions.Probe is empty;" },
        { new BlockCacheOptions { WarmupSteps = -1 }, "BlockCacheOptions.WarmupSteps is -1; expected a whole number of at least 0." },
        { new BlockCacheOptions { ForcedLastSteps = -2 }, "BlockCacheOptions.ForcedLastSteps is -2;" },
        { new BlockCacheOptions { MaximumSkips = -1 }, "BlockCacheOptions.MaximumSkips is -1;" },
        { new BlockCacheOptions { MaximumConsecutiveSkips = -1 }, "BlockCacheOptions.MaximumConsecutiveSkips is -1;" },
        { new BlockCacheOptions { CooldownSteps = -1 }, "BlockCacheOptions.CooldownSteps is -1;" },
        { new BlockCacheOptions { StepMask = "rr" }, "BlockCacheOptions.StepMask is rr; expected slow, medium, fast, ultra," },
        { new BlockCacheOptions { Approximation = { Method = (SkipMethod)99 } }, "BlockCacheOptions.Approximation.Method is 99; expected one of Plain, Taylor, Aligned, Newton, Hermite, Phase, Heun, Chebyshev, Modes, MeanVelocity." },
        { new BlockCacheOptions { Approximation = { Order = 4 } }, "BlockCacheOptions.Approximation.Order is 4; expected a whole number from 1 to 3." },
        { new BlockCacheOptions { Approximation = { Damping = float.NaN } }, "BlockCacheOptions.Approximation.Damping is NaN;" },
        { new BlockCacheOptions { Approximation = { MaximumGamma = 0.5f } }, "BlockCacheOptions.Approximation.MaximumGamma is 0.5;" },
        { new H2CacheOptions { StructureThreshold = float.NaN }, "H2CacheOptions.StructureThreshold is NaN;" },
        { new H2CacheOptions { DetailThreshold = -1 }, "H2CacheOptions.DetailThreshold is -1;" },
        { new H2CacheOptions { StructurePoolDivisor = 0 }, "H2CacheOptions.StructurePoolDivisor is 0; expected a whole number of at least 1." },
        { new H2CacheOptions { DetailPoolDivisor = -3 }, "H2CacheOptions.DetailPoolDivisor is -3;" },
        { new H2CacheOptions { Variant = (H2CacheVariant)7 }, "H2CacheOptions.Variant is 7; expected one of Paper, FirstBlockResidual." },
        { new H2CacheOptions { ReferenceUpdate = (H2ReferenceUpdate)7 }, "H2CacheOptions.ReferenceUpdate is 7;" },
        { new H2CacheOptions { Approximation = { Method = SkipMethod.Aligned } }, "H2CacheOptions.Approximation.Method is Aligned; expected any other method: trajectory alignment needs a base and a probe, and the paper's variant decides at 'latent'" },
        { new TeaCacheOptions { Threshold = float.NegativeInfinity }, "TeaCacheOptions.Threshold is -Infinity;" },
        { new TeaCacheOptions { Family = (TeaCacheFamily)99 }, "TeaCacheOptions.Family is 99; expected one of Flux," },
        { new TeaCacheOptions { Coefficients = [1, double.NaN] }, "TeaCacheOptions.Coefficients is 1,NaN;" },
        { new TeaCacheOptions { Signal = "" }, "TeaCacheOptions.Signal is empty;" },
        { new TeaCacheOptions { Approximation = { Method = SkipMethod.Aligned } }, "TeaCache decides at 'embedded'" },
        { new DiCacheOptions { Threshold = -1 }, "DiCacheOptions.Threshold is -1;" },
        { new DiCacheOptions { RetentionRatio = 1.5 }, "DiCacheOptions.RetentionRatio is 1.5; expected a number from 0 to 1." },
        { new DiCacheOptions { RetentionRatio = double.NaN }, "DiCacheOptions.RetentionRatio is NaN;" },
        { new DiCacheOptions { ErrorMetric = (DiCacheErrorMetric)5 }, "DiCacheOptions.ErrorMetric is 5; expected one of ProbeChange, ProbeMinusInput." },
        { new DiCacheOptions { MaximumGamma = 0.9f }, "DiCacheOptions.MaximumGamma is 0.9; expected a finite number of at least 1." },
        { new DiCacheOptions { Approximation = { Method = SkipMethod.Taylor } }, "DiCacheOptions.TrajectoryAlignment is True; expected false with Approximation.Method Taylor" },
        { new H2CacheOptions { Adaptive = { StartFactor = float.NaN } }, "H2CacheOptions.Adaptive.StartFactor is NaN;" },
        { new H2CacheOptions { Adaptive = { EndFactor = -1 } }, "H2CacheOptions.Adaptive.EndFactor is -1;" },
        { new H2CacheOptions { Adaptive = { Reaction = 5 } }, "H2CacheOptions.Adaptive.Reaction is 5; expected a number from 0 to 4." },
        { new H2CacheOptions { Adaptive = { MaximumReaction = 0.5f } }, "H2CacheOptions.Adaptive.MaximumReaction is 0.5;" },
        { new EasyCacheOptions { Threshold = float.NaN }, "EasyCacheOptions.Threshold is NaN;" },
        { new EasyCacheOptions { Approximation = { Method = SkipMethod.Aligned } }, "EasyCache decides at 'latent'" },
        { new MagCacheOptions(), "MagCacheOptions.Calibration is null; expected the model's ratios, or their file" },
        { new MagCacheOptions { Calibration = new("", [1, -1], []) }, "MagCacheOptions.Calibration is -1; expected finite ratios above 0." },
        { new MagCacheOptions { Calibration = new("", [1], []), Threshold = -1 }, "MagCacheOptions.Threshold is -1;" },
        { new MagCacheOptions { Calibration = new("", [1], []), RetentionRatio = 2 }, "MagCacheOptions.RetentionRatio is 2;" },
        { new DBCacheOptions { Threshold = float.NaN }, "DBCacheOptions.Threshold is NaN;" },
        { new DBCacheOptions { MaximumAccumulatedDistance = -1 }, "DBCacheOptions.MaximumAccumulatedDistance is -1;" },
        { new DBCacheOptions { Tail = "" }, "DBCacheOptions.Tail is empty;" },
        { new TaylorSeerOptions { Interval = 0 }, "TaylorSeerOptions.Interval is 0; expected a whole number of at least 1." },
        { new StepMaskOptions { StepMask = null }, "StepMaskOptions.StepMask is null;" },
        { new StepMaskOptions { From = " " }, "StepMaskOptions.From is empty;" },
        { new EasyCacheOptions { PerFrame = true }, "EasyCacheOptions.PerFrame is True; expected false, because EasyCache divides changes" },
        { new TaylorSeerOptions { PerFrame = true }, "TaylorSeerOptions.PerFrame is True; expected false, because TaylorSeer measures nothing." },
        { new StepMaskOptions { Approximation = { Method = SkipMethod.Aligned } }, "a fixed schedule has no probe" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_refused_with_value_and_range(CachePolicyOptions options, string message)
    {
        Assert.Contains(message, Assert.Single(options.Validate()), StringComparison.Ordinal);
        var refused = Assert.Throws<ArgumentException>(() => Create(options));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once() =>
        Assert.Equal(2, new H2CacheOptions { StructureThreshold = -1, DetailThreshold = float.NaN }.Validate().Count);

    [Fact]
    public void Defaults_are_valid_and_as_published()
    {
        Assert.All<CachePolicyOptions>(
            [new H2CacheOptions(), new BlockCacheOptions(), new TeaCacheOptions(), new DiCacheOptions(), new EasyCacheOptions(), new DBCacheOptions(), new TaylorSeerOptions(), new StepMaskOptions()],
            o => Assert.Empty(o.Validate()));
        var h2 = new H2CacheOptions();
        Assert.Equal(
            (0.15f, 0.18f, 512, 384, H2CacheVariant.Paper, H2ReferenceUpdate.FullCompute, 0),
            (h2.StructureThreshold, h2.DetailThreshold, h2.StructurePoolDivisor, h2.DetailPoolDivisor, h2.Variant, h2.ReferenceUpdate, h2.ForcedLastSteps));
        var dicache = new DiCacheOptions();
        Assert.Equal((0.4f, 0.2, true, 1.5f, 1), (dicache.Threshold, dicache.RetentionRatio, dicache.TrajectoryAlignment, dicache.MaximumGamma, dicache.ForcedLastSteps));
        Assert.Equal((0.08f, 0), (new BlockCacheOptions().Threshold, new BlockCacheOptions().ForcedLastSteps));
        Assert.Equal((0.25f, 1), (new TeaCacheOptions().Threshold, new TeaCacheOptions().ForcedLastSteps));
        Assert.Equal((0.05f, 10, 1), (new EasyCacheOptions().Threshold, new EasyCacheOptions().WarmupSteps, new EasyCacheOptions().ForcedLastSteps));
        Assert.Equal((0.24f, (int?)5, 0.1), (new MagCacheOptions().Threshold, new MagCacheOptions().MaximumConsecutiveSkips, new MagCacheOptions().RetentionRatio));
        var dbcache = new DBCacheOptions();
        Assert.Equal((0.08f, 8, (int?)null, (float?)null), (dbcache.Threshold, dbcache.WarmupSteps, dbcache.MaximumSkips, dbcache.MaximumAccumulatedDistance));
        var taylor = new TaylorSeerOptions();
        Assert.Equal((5, 3, SkipMethod.Taylor, 1, 1f), (taylor.Interval, taylor.WarmupSteps, taylor.Approximation.Method, taylor.Approximation.Order, taylor.Approximation.Damping));
    }

    [Fact]
    public void A_policy_does_not_see_later_changes_of_its_options()
    {
        var options = new BlockCacheOptions { Threshold = 0 };
        var policy = CachePolicy.BlockCache(options);
        options.Threshold = 10;
        Assert.Equal("CC", new PolicyWalk(policy, 2).Letters(0, 0));
    }

    [Fact]
    public void Settings_of_every_policy_become_decorators()
    {
        var options = new BlockCacheOptions { Threshold = 1, WarmupSteps = 2, ForcedLastSteps = 2, MaximumConsecutiveSkips = 3, CooldownSteps = 2, StepMask = "CCrrrrrrrrrrC" };
        Assert.Equal("CCrrrCCrrrCCCCCC", new PolicyWalk(CachePolicy.BlockCache(options), 16).Letters(Enumerable.Repeat(0f, 16)));
        Assert.Equal("CrrCCC", new PolicyWalk(CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 1, MaximumSkips = 2 }), 6).Letters(Enumerable.Repeat(0f, 6)));
    }

    private static ICachePolicy Create(CachePolicyOptions options) => options switch
    {
        H2CacheOptions h2 => CachePolicy.H2Cache(h2),
        BlockCacheOptions block => CachePolicy.BlockCache(block),
        TeaCacheOptions tea => CachePolicy.TeaCache(tea),
        DiCacheOptions di => CachePolicy.DiCache(di),
        EasyCacheOptions easy => CachePolicy.EasyCache(easy),
        MagCacheOptions mag => CachePolicy.MagCache(mag),
        DBCacheOptions db => CachePolicy.DBCache(db),
        TaylorSeerOptions taylor => CachePolicy.TaylorSeer(taylor),
        StepMaskOptions mask => CachePolicy.StepMask(mask),
        _ => throw new ArgumentException("unknown options"),
    };
}
