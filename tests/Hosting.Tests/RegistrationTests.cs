using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting.Tests;

public class RegistrationTests
{
    private static ServiceProvider Build(Action<ICachePoliciesBuilder> register, params (string Key, string? Value)[] configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(c => KeyValuePair.Create("CachePolicies:" + c.Key, c.Value)))
            .Build());
        register(services.AddCachePolicies());
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    [Fact]
    public void The_name_is_the_service_key_the_options_name_and_the_policys_name()
    {
        using var services = Build(b => b.AddH2Cache().AddTeaCache("Quick", o => o.Threshold = 0.5f), ("Quick:WarmupSteps", "3"));

        Assert.Equal("Quick", services.GetRequiredKeyedService<ICachePolicy>("Quick").Name);
        Assert.Equal("H2Cache", services.GetRequiredKeyedService<ICachePolicy>("H2Cache").Name);
        var options = services.GetRequiredService<IOptionsMonitor<TeaCacheOptions>>().Get("Quick");
        Assert.Equal((0.5f, 3), (options.Threshold, options.WarmupSteps));
    }

    [Fact]
    public void The_first_policy_is_the_default_unless_configuration_names_another()
    {
        using var first = Build(b => b.AddDiCache().AddNoCache());
        Assert.Equal("DiCache", first.GetRequiredService<ICachePolicy>().Name);

        using var configured = Build(b => b.AddDiCache().AddNoCache(), ("DefaultPolicy", "none"));
        Assert.Equal("None", configured.GetRequiredService<ICachePolicy>().Name);
        Assert.Equal("None", configured.GetRequiredService<ICachePolicyProvider>().DefaultName);
    }

    [Fact]
    public void All_options_of_all_policies_bind()
    {
        using var services = Build(
            b => b.AddH2Cache().AddBlockCache().AddTeaCache().AddDiCache(),
            ("H2Cache:Variant", "FirstBlockResidual"),
            ("H2Cache:StructureThreshold", "0.21"),
            ("H2Cache:ReferenceUpdate", "AnyCompute"),
            ("H2Cache:Approximation:Method", "Taylor"),
            ("H2Cache:Approximation:Damping", "0.5"),
            ("BlockCache:Probe", "structure"),
            ("BlockCache:MaximumConsecutiveSkips", "4"),
            ("TeaCache:Coefficients:0", "1"),
            ("TeaCache:Coefficients:1", "0"),
            ("TeaCache:StepMask", "fast"),
            ("DiCache:ErrorMetric", "ProbeMinusInput"),
            ("DiCache:RetentionRatio", "0"));

        var h2 = services.GetRequiredService<IOptionsMonitor<H2CacheOptions>>().Get("H2Cache");
        Assert.Equal((H2CacheVariant.FirstBlockResidual, 0.21f, H2ReferenceUpdate.AnyCompute), (h2.Variant, h2.StructureThreshold, h2.ReferenceUpdate));
        Assert.Equal((SkipMethod.Taylor, 0.5f), (h2.Approximation.Method, h2.Approximation.Damping));
        var block = services.GetRequiredService<IOptionsMonitor<BlockCacheOptions>>().Get("BlockCache");
        Assert.Equal(("structure", 4), (block.Probe, block.MaximumConsecutiveSkips));
        var tea = services.GetRequiredService<IOptionsMonitor<TeaCacheOptions>>().Get("TeaCache");
        Assert.Equal([1.0, 0.0], tea.Coefficients);
        Assert.Equal("fast", tea.StepMask);
        var di = services.GetRequiredService<IOptionsMonitor<DiCacheOptions>>().Get("DiCache");
        Assert.Equal((DiCacheErrorMetric.ProbeMinusInput, 0.0), (di.ErrorMetric, di.RetentionRatio));
    }

    [Fact]
    public void Every_known_policy_can_be_registered_and_made()
    {
        using var services = Build(b => b
            .AddEasyCache().AddDBCache().AddTaylorSeer(o => o.Interval = 3).AddStepMask()
            .AddMagCache(o => o.Calibration = new MagCacheCalibration("tiny", [1, 0.9, 0.8], [])));
        var policies = services.GetRequiredService<ICachePolicyProvider>();
        Assert.Equal(["EasyCache", "DBCache", "TaylorSeer", "StepMask", "MagCache"], policies.Names);
        Assert.All(policies.Names, n => Assert.Equal(n, policies.GetPolicy(n).Name));
    }

    [Fact]
    public void A_calibration_file_that_is_missing_is_told()
    {
        using var services = Build(b => b.AddMagCache(), ("MagCache:CalibrationFile", "nowhere.json"));
        Assert.Contains("nowhere.json", Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<ICachePolicy>()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("H2Cache:StructureThreshold", "-0.1", "H2CacheOptions.StructureThreshold is -0.1")]
    [InlineData("H2Cache:StructureThreshold", "NaN", "H2CacheOptions.StructureThreshold is NaN")]
    [InlineData("H2Cache:DetailPoolDivisor", "0", "H2CacheOptions.DetailPoolDivisor is 0")]
    [InlineData("H2Cache:StructureTreshold", "0.1", "Did you mean StructureThreshold")]
    [InlineData("H2Cache:StructureThreshold", "high", "CachePolicies:H2Cache:StructureThreshold is 'high'; expected a finite number")]
    public async Task Wrong_settings_stop_the_start_of_a_host_and_the_first_use(string key, string value, string expected)
    {
        using var services = Build(b => b.AddH2Cache(), (key, value));
        Assert.Contains(expected, Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<ICachePolicy>()).Message, StringComparison.Ordinal);

        var host = Host.CreateEmptyApplicationBuilder(null);
        host.Configuration.AddInMemoryCollection([new("CachePolicies:" + key, value)]);
        host.AddH2Cache();
        using var app = host.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_default_that_nobody_registered_stops_the_start()
    {
        var host = Host.CreateEmptyApplicationBuilder(null);
        host.Configuration.AddInMemoryCollection([new("CachePolicies:DefaultPolicy", "Magic")]);
        host.AddH2Cache();
        using var app = host.Build();
        Assert.Contains("'Magic', which is not registered. Known: H2Cache", (await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_policy_is_refused_with_the_list()
    {
        using var services = Build(b => b.AddH2Cache().AddBlockCache());
        var error = Assert.Throws<UnknownCachePolicyException>(() => services.GetRequiredService<ICachePolicyProvider>().GetPolicy("Magic"));
        Assert.Equal("The policy 'Magic' is not registered. Registered: H2Cache, BlockCache.", error.Message);
    }

    [Fact]
    public void A_name_is_registered_once_and_means_one_thing()
    {
        var builder = new ServiceCollection().AddCachePolicies().AddH2Cache();
        Assert.Contains("'H2Cache' already", Assert.Throws<InvalidOperationException>(() => builder.AddH2Cache()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => builder.AddTeaCache("h2cache"));
        Assert.Throws<ArgumentException>(() => builder.AddTeaCache("DefaultPolicy"));
        Assert.Throws<ArgumentException>(() => builder.AddTeaCache("a:b"));
    }

    [Fact]
    public void Adding_the_services_twice_is_harmless()
    {
        var services = new ServiceCollection();
        services.AddCachePolicies().AddH2Cache();
        services.AddCachePolicies().AddNoCache();
        using var provider = services.BuildServiceProvider();
        Assert.Equal(["H2Cache", "None"], provider.GetRequiredService<ICachePolicyProvider>().Names);
    }

    [Fact]
    public void A_request_may_change_single_options_for_itself()
    {
        using var services = Build(b => b.AddH2Cache(), ("H2Cache:DetailThreshold", "0.3"));
        var policies = services.GetRequiredService<ICachePolicyProvider>();
        var seen = 0f;

        var changed = policies.GetPolicy("H2Cache", new CachePolicyOverrides()
            .Set("WarmupSteps", "7")
            .Configure<H2CacheOptions>(o => seen = o.DetailThreshold));

        Assert.Equal("H2Cache", changed.Name);
        Assert.NotSame(policies.GetPolicy("H2Cache"), changed);
        Assert.Equal(0.3f, seen);
        Assert.Contains("WarmupSteps is -1", Assert.Throws<OptionsValidationException>(() => policies.GetPolicy(null, new CachePolicyOverrides().Set("WarmupSteps", "-1"))).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean WarmupSteps", Assert.Throws<OptionsValidationException>(() => policies.GetPolicy(null, new CachePolicyOverrides().Set("WarmUpStep", "1"))).Message, StringComparison.Ordinal);
        Assert.Contains("has H2CacheOptions; the request changes TeaCacheOptions", Assert.Throws<ArgumentException>(() => policies.GetPolicy(null, new CachePolicyOverrides().Configure<TeaCacheOptions>(_ => { }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_of_ones_own_is_made_by_injection_under_its_registered_name()
    {
        using var services = Build(b => b.AddCachePolicy<EveryOther, EveryOtherOptions>("Mine", o => o.Period = 4), ("Mine:Label", "x"));
        var policy = services.GetRequiredKeyedService<ICachePolicy>("Mine");
        Assert.Equal("Mine", policy.Name);
        Assert.Equal((4, "x"), (EveryOther.Last!.Period, EveryOther.Last.Label));
    }

    [Fact]
    public void A_constructor_asks_for_its_name_by_the_service_key()
    {
        using var services = Build(b => b.AddCachePolicy<Named, EveryOtherOptions>("Mine"));
        Assert.Equal("Mine", services.GetRequiredKeyedService<ICachePolicy>("Mine").Name);

        using var other = Build(b => b.AddCachePolicy<WithText, EveryOtherOptions>("Mine"));
        Assert.Throws<InvalidOperationException>(() => other.GetRequiredKeyedService<ICachePolicy>("Mine"));
    }

    [Fact]
    public void Forced_steps_from_configuration_and_decorators_from_code_are_around_any_policy()
    {
        var order = new List<string>();
        using var services = Build(
            b => b.AddCachePolicy<EveryOther, EveryOtherOptions>("Mine")
                .Decorate("mine", (_, p) => { order.Add("first"); return p; })
                .Decorate("Mine", (_, p) => { order.Add("second"); return p; }),
            ("Mine:WarmupSteps", "4"),
            ("Mine:Period", "3"));

        var lane = new LaneInfo(0, GuidanceBranch.Conditional, 28);
        using var tiny = new TinyModel();
        var layout = tiny.Denoiser.Layout;
        var visit = new BoundaryVisit(new EvaluationInfo(2, 28, 0.5f, 0.5f), layout, layout.Latent, default, null!);
        Assert.Equal(ComputeReasons.Warmup, services.GetRequiredKeyedService<ICachePolicy>("Mine").CreateSession(lane).Decide(visit).Reason);
        Assert.Equal(["first", "second"], order);
        Assert.Equal(3, EveryOther.Last!.Period);

        var overridden = services.GetRequiredService<ICachePolicyProvider>().GetPolicy("Mine", new CachePolicyOverrides().Set("WarmupSteps", "0").Set("StepMask", "medium"));
        Assert.Equal(ComputeReasons.StepMask, overridden.CreateSession(lane).Decide(visit).Reason);
    }

    [Theory]
    [InlineData("WarmupSteps", "-4", "CachePolicies:Mine:WarmupSteps is -4; expected a whole number of at least 0")]
    [InlineData("StepMask", "quick", "CachePolicies:Mine:StepMask is quick; expected slow, medium")]
    [InlineData("WarmpuSteps", "4", "CachePolicies:Mine:WarmpuSteps is not a setting. Did you mean WarmupSteps")]
    [InlineData("Perod", "4", "Did you mean Period")]
    [InlineData("Period:0", "4", "CachePolicies:Mine:Period is a section or a list; expected a single value")]
    [InlineData("Rules:0:Warmup", "4", "CachePolicies:Mine:Rules is not a setting")]
    public void What_a_section_of_ones_own_policy_does_not_know_is_refused(string key, string value, string expected)
    {
        using var services = Build(b => b.AddCachePolicy<EveryOther, EveryOtherOptions>("Mine"), ("Mine:" + key, value));
        Assert.Contains(expected, Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<ICachePolicy>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_cannot_name_files()
    {
        using var services = Build(b => b.AddMagCache(o => o.Calibration = new MagCacheCalibration("tiny", [1, 0.9, 0.8], [])));
        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<ICachePolicyProvider>().GetPolicy(null, new CachePolicyOverrides().Set("CalibrationFile", "/etc/passwd")));
        Assert.Contains("CalibrationFile names a file, which a request may not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_used_once_under_each_name()
    {
        var builder = new ServiceCollection().AddCachePolicies().UseModel("a").UseModel("small", "b").UseModel("large", "b", "gpu0");
        Assert.Contains("UseModel(name, directory)", Assert.Throws<InvalidOperationException>(() => builder.UseModel("c")).Message, StringComparison.Ordinal);
        Assert.Contains("'small' already", Assert.Throws<InvalidOperationException>(() => builder.UseModel("small", "c")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => builder.UseTextToImage(_ => null!));
    }

    [Fact]
    public void A_policy_with_a_descriptor_of_its_own_is_registered_like_a_known_one()
    {
        var descriptor = new CachePolicyDescriptor<DescribedOptions>("Described", (options, name) => new EveryOther(new EveryOtherOptions { Period = options.Period }));
        using var services = Build(b => b.AddCachePolicy(descriptor).AddCachePolicy(descriptor, "Again", o => o.Period = 9), ("Described:Period", "5"), ("Described:WarmupSteps", "2"));

        var options = services.GetRequiredService<IOptionsMonitor<DescribedOptions>>();
        Assert.Equal((5, 2, 9), (options.Get("Described").Period, options.Get("Described").WarmupSteps, options.Get("Again").Period));
        Assert.Equal(["Described", "Again"], services.GetRequiredService<ICachePolicyProvider>().Names);
        Assert.Equal("Again", services.GetRequiredKeyedService<ICachePolicy>("Again").Name);

        using var wrong = Build(b => b.AddCachePolicy(descriptor), ("Described:Period", "0"));
        Assert.Contains("DescribedOptions.Period is 0; expected a whole number of at least 1", Assert.Throws<OptionsValidationException>(() => wrong.GetRequiredService<ICachePolicy>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decorator_needs_a_registered_policy() =>
        Assert.Throws<UnknownCachePolicyException>(() => new ServiceCollection().AddCachePolicies().AddH2Cache().Decorate("TeaCache", (_, p) => p));

    internal sealed class EveryOtherOptions
    {
        public int Period { get; set; } = 2;

        public string Label { get; set; } = "";
    }

    internal sealed class DescribedOptions : CachePolicyOptions
    {
        public int Period { get; set => field = Given(value); } = 2;

        public override OptionSet Declared { get; } = OptionSet.Of<DescribedOptions>()
            .With(nameof(Period), OptionTypes.AtLeast(1), o => o.Period, (o, v) => o.Period = v)
            .With(Common);
    }

    internal sealed class Named(EveryOtherOptions options, [ServiceKey] string name) : ICachePolicy
    {
        public string Name { get; } = $"{name}{(options.Period == 0 ? "!" : "")}";

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout);

        public ICachePolicySession CreateSession(in LaneInfo lane) => CachePolicy.None.CreateSession(lane);
    }

    internal sealed class WithText(EveryOtherOptions options, string text) : ICachePolicy
    {
        public string Name { get; } = text + options.Label;

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout);

        public ICachePolicySession CreateSession(in LaneInfo lane) => CachePolicy.None.CreateSession(lane);
    }

    internal sealed class EveryOther : ICachePolicy
    {
        public EveryOther(EveryOtherOptions options) => Last = options;

        public static EveryOtherOptions? Last { get; private set; }

        public string Name => "EveryOther";

        public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout);

        public ICachePolicySession CreateSession(in LaneInfo lane) => CachePolicy.None.CreateSession(lane);
    }
}
