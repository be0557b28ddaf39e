using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting.Tests;

public sealed class ReloadTests : IDisposable
{
    private readonly Source _source = new();
    private readonly LogCollector _log = new();
    private readonly ServiceProvider _services;

    public ReloadTests()
    {
        _source.Data["CachePolicies:H2Cache:StructureThreshold"] = "0.1";
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Add(_source).Build());
        services.AddLogging(l => l.AddProvider(_log));
        services.AddCachePolicies().AddH2Cache().AddTeaCache();
        _services = services.BuildServiceProvider();
    }

    private float Threshold => _services.GetRequiredService<IOptionsMonitor<H2CacheOptions>>().Get("H2Cache").StructureThreshold;

    private ICachePolicy Policy => _services.GetRequiredKeyedService<ICachePolicy>("H2Cache");

    public void Dispose()
    {
        _services.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void A_change_gives_a_new_policy_and_leaves_the_old_one_as_it_was()
    {
        var before = Policy;
        Assert.Equal(0.1f, Threshold);

        _source.Change("CachePolicies:H2Cache:StructureThreshold", "0.2");

        Assert.NotSame(before, Policy);
        Assert.Equal(0.2f, Threshold);
        Assert.Contains(_log.Entries, e => e.Level == LogLevel.Information && e.Message.Contains("H2Cache' changed", StringComparison.Ordinal));
    }

    [Fact]
    public void An_invalid_change_is_refused_and_logged_and_the_last_good_values_stay()
    {
        var before = Policy;

        _source.Change("CachePolicies:H2Cache:StructureThreshold", "-5");

        Assert.Same(before, Policy);
        Assert.Equal(0.1f, Threshold);
        Assert.Contains(_log.Entries, e => e.Level == LogLevel.Error && e.Message.Contains("StructureThreshold is -5", StringComparison.Ordinal));

        var seen = 0f;
        _services.GetRequiredService<ICachePolicyProvider>().GetPolicy("H2Cache", new CachePolicyOverrides().Configure<H2CacheOptions>(o => seen = o.StructureThreshold));
        Assert.Equal(0.1f, seen);

        _source.Change("CachePolicies:H2Cache:StructureThreshold", "0.3");
        Assert.Equal(0.3f, Threshold);
    }

    [Fact]
    public void A_change_elsewhere_keeps_the_policy()
    {
        var before = Policy;
        _source.Change("CachePolicies:TeaCache:Threshold", "0.9");
        Assert.Same(before, Policy);
    }

    [Fact]
    public void The_default_policy_and_the_limits_follow_the_configuration()
    {
        var policies = _services.GetRequiredService<ICachePolicyProvider>();
        Assert.Equal("H2Cache", policies.DefaultName);

        _source.Change("CachePolicies:DefaultPolicy", "TeaCache");
        _source.Change("CachePolicies:MaximumConcurrentGenerations", "3");

        Assert.Equal("TeaCache", policies.DefaultName);
        Assert.Equal("TeaCache", policies.GetPolicy().Name);
        Assert.Equal(3, _services.GetRequiredService<IOptionsMonitor<CachePoliciesOptions>>().CurrentValue.MaximumConcurrentGenerations);
        Assert.Contains(_log.Entries, e => e.Level == LogLevel.Information && e.Message.Contains("'CachePolicies' changed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CachePolicies:DefaultPolicy", "Magic", "is not registered")]
    [InlineData("CachePolicies:MaximumQueuedGeneration", "3", "Did you mean MaximumQueuedGenerations")]
    [InlineData("CachePolicies:H2Cahce:StructureThreshold", "0.3", "Did you mean H2Cache")]
    public void A_wrong_change_beside_the_policies_is_refused_and_the_last_good_values_stay(string key, string value, string expected)
    {
        var monitor = _services.GetRequiredService<IOptionsMonitor<CachePoliciesOptions>>();
        _source.Change("CachePolicies:MaximumQueuedGenerations", "7");
        Assert.Equal(7, monitor.CurrentValue.MaximumQueuedGenerations);

        _source.Change(key, value);

        Assert.Contains(_log.Entries, e => e.Level == LogLevel.Error && e.Message.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(7, monitor.CurrentValue.MaximumQueuedGenerations);
        Assert.Equal("H2Cache", _services.GetRequiredService<ICachePolicyProvider>().DefaultName);
    }

    [Fact]
    public void A_source_that_loses_all_it_had_keeps_its_last_good_values_until_it_has_some_again()
    {
        var before = Policy;

        _source.Lose();

        Assert.Same(before, Policy);
        Assert.Equal(0.1f, Threshold);
        Assert.Contains(_log.Entries, e => e.Level == LogLevel.Warning && e.Message.Contains("its last good ones stay", StringComparison.Ordinal));

        _source.Change("CachePolicies:H2Cache:DetailThreshold", "0.4");
        Assert.Equal(0.1f, Threshold);
        Assert.Equal(0.4f, _services.GetRequiredService<IOptionsMonitor<H2CacheOptions>>().Get("H2Cache").DetailThreshold);
    }

    [Fact]
    public void A_setting_that_is_taken_out_of_the_configuration_has_its_default_again()
    {
        _source.Data["CachePolicies:TeaCache:Threshold"] = "0.7";
        _source.Remove("CachePolicies:H2Cache:StructureThreshold");
        Assert.Equal(new H2CacheOptions().StructureThreshold, Threshold);
    }

    private sealed class Source : IConfigurationSource
    {
        private Provider? _provider;

        public Dictionary<string, string?> Data { get; } = [];

        public IConfigurationProvider Build(IConfigurationBuilder builder) => _provider = new Provider(Data);

        public void Change(string key, string value)
        {
            Data[key] = value;
            _provider!.Reload();
        }

        public void Remove(string key)
        {
            Data.Remove(key);
            _provider!.Reload();
        }

        /// <summary>Empties the provider, as the framework does with one whose file is broken.</summary>
        public void Lose() => _provider!.Lose();

        private sealed class Provider(Dictionary<string, string?> values) : ConfigurationProvider
        {
            public override void Load() => Data = new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase);

            public void Lose()
            {
                Data = new Dictionary<string, string?>();
                OnReload();
            }

            public void Reload()
            {
                Load();
                OnReload();
            }
        }
    }
}
