using CachePolicies.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting.Tests;

/// <summary>What happens while a host starts, so that it does not happen at the first request.</summary>
public sealed class WarmUpTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly LogCollector _log = new();
    private int _stages;

    public WarmUpTests() => _tiny.BeforeStage = () =>
    {
        Interlocked.Increment(ref _stages);
        Thread.Sleep(1); // Otherwise a picture could be done before its reader leaves.
    };

    public void Dispose()
    {
        _tiny.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_host_draws_one_picture_and_begins_one_under_each_other_policy()
    {
        using var host = Build(b => b.AddNoCache().AddBlockCache(o => o.Threshold = 0).WarmUpAtStart(o => (o.Prompt, o.Steps, o.Evaluations) = ("red pear", 200, 3)));

        await host.StartAsync();

        // Six stages, both guidance branches in one run: 200 evaluations and 3, and those that were made before the reader left.
        Assert.InRange(_stages / 6.0, 203, 399);
        await host.StopAsync();
        Assert.Equal(0, _tiny.LiveTensors);
    }

    [Fact]
    public async Task What_cannot_be_drawn_stops_the_start()
    {
        using var host = Build(b => b.AddNoCache().WarmUpAtStart(o => o.Prompt = "red pearl"));
        Assert.Contains("pearl", (await Assert.ThrowsAnyAsync<ArgumentException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_is_not_for_the_model_is_named_in_the_log()
    {
        using var host = Build(b => b.AddNoCache().AddCachePolicy<ForAnotherModel, Policies.NoneOptions>("Another").WarmUpAtStart(o => (o.Prompt, o.Steps) = ("red pear", 2)));

        await host.StartAsync();

        Assert.Contains(_log.Entries, e => e.Message.Contains("'Another'", StringComparison.Ordinal) && e.Message.Contains("for another model", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 2, "Prompt is empty")]
    [InlineData("red pear", 0, "Evaluations is 0; expected at least 1")]
    public void Settings_that_mean_nothing_are_refused(string prompt, int evaluations, string says) => Assert.Contains(
        says,
        Assert.Throws<ArgumentException>(() => Build(b => b.AddNoCache().WarmUpAtStart(o => (o.Prompt, o.Evaluations) = (prompt, evaluations)))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("second")]
    public async Task A_model_that_is_missing_stops_the_start(string? name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        _ = name is null ? builder.AddCachePolicies().AddNoCache().UseModel("no-such-model") : builder.AddCachePolicies().AddNoCache().UseModel(name, "no-such-model");
        using var host = builder.Build();
        Assert.Contains("no-such-model", (await Assert.ThrowsAsync<InvalidModelException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    private IHost Build(Action<ICachePoliciesBuilder> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(_log);
        var policies = builder.AddCachePolicies().UseTextToImage(_ => _tiny.Model);
        register(policies);
        return builder.Build();
    }

    private sealed class ForAnotherModel : ICachePolicy
    {
        public string Name => "Another";

        public CachePlan Plan(DenoiserLayout layout) => throw new CachePlanException("It is for another model.");

        public ICachePolicySession CreateSession(in LaneInfo lane) => throw new NotSupportedException();
    }
}
