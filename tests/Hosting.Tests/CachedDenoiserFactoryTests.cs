using CachePolicies.Engine;
using CachePolicies.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting.Tests;

public sealed class CachedDenoiserFactoryTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddCachePolicies()
        .AddBlockCache(o => o.Threshold = 50)
        .AddH2Cache(o => o.ForcedLastSteps = 2)
        .AddTeaCache("WrongSignal", o => o.Signal = "shift")
        .Services.BuildServiceProvider();

    public void Dispose()
    {
        _services.Dispose();
        _tiny.Dispose();
    }

    private ICachedDenoiserFactory Factory => _services.GetRequiredService<ICachedDenoiserFactory>();

    [Fact]
    public void A_pipeline_of_ones_own_wraps_its_stages_and_calls_the_denoiser_at_each_step()
    {
        const int Steps = 5;
        var cached = Factory.GetDenoiser(_tiny.Denoiser);
        using var session = cached.CreateSession([new LaneInfo(0, GuidanceBranch.Conditional, Steps)]);
        var backend = _tiny.Denoiser.Backend;
        var latent = backend.Rent(ElementType.Float32, new TensorShape(4, 12));
        backend.Upload(GaussianNoise.Create(1, 48), latent);
        var text = backend.Rent(ElementType.Int64, new TensorShape(3));
        backend.Upload(new long[] { 1, 3, 4 }, text);
        session.SetInput(0, "text_ids", text);
        text.Release();

        var stages = 0;
        _tiny.BeforeStage = () => stages++;
        for (var i = 0; i < Steps; i++)
        {
            var outputs = new FeatureTensor?[1];
            session.Evaluate(new EvaluationInfo(i, Steps, 1 - (i / 5f), 1 - (i / 5f)), [latent], outputs);
            outputs[0]!.Release();
        }

        Assert.Equal(6 + (4 * 3), stages);
        session.Dispose();
        latent.Release();
        Assert.Equal(0, _tiny.LiveTensors);
    }

    [Fact]
    public void A_models_family_sets_what_nobody_set_and_it_is_logged_once()
    {
        using var log = new LogCollector();
        var services = new ServiceCollection();
        services.AddLogging(l => l.AddProvider(log));
        using var provider = services.AddCachePolicies().AddH2Cache(o => o.DetailThreshold = 0.5f).Services.BuildServiceProvider();
        var layout = _tiny.Denoiser.Layout;
        var flux = new DenoiserLayout(layout.Name, layout.Inputs, layout.Boundaries, layout.Stages) { Family = ModelFamily.Flux };
        var denoiser = new StagedDenoiser(flux, [.. _tiny.Denoiser.Stages], _tiny.Denoiser.Backend);
        var factory = provider.GetRequiredService<ICachedDenoiserFactory>();

        var cached = factory.GetDenoiser(denoiser);
        factory.GetDenoiser(denoiser);

        var note = Assert.Single(cached.Plan.Notes, n => n.Contains("for the family 'flux'", StringComparison.Ordinal));
        Assert.DoesNotContain("DetailThreshold", note, StringComparison.Ordinal);
        Assert.Single(log.Entries, e => e.Message == note);
        Assert.DoesNotContain(factory.GetDenoiser(_tiny.Denoiser).Plan.Notes, n => n.Contains("family", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pair_is_made_once_and_a_request_with_settings_of_its_own_gets_its_own()
    {
        Assert.Same(Factory.GetDenoiser(_tiny.Denoiser), Factory.GetDenoiser(_tiny.Denoiser, "blockcache"));
        Assert.NotSame(Factory.GetDenoiser(_tiny.Denoiser), Factory.GetDenoiser(_tiny.Denoiser, "H2Cache"));
        Assert.NotSame(
            Factory.GetDenoiser(_tiny.Denoiser),
            Factory.GetDenoiser(_tiny.Denoiser, null, new CachePolicyOverrides().Configure<BlockCacheOptions>(o => o.Threshold = 1)));
    }

    [Fact]
    public void A_policy_that_needs_a_signal_that_the_model_lacks_is_refused_with_what_it_has()
    {
        var error = Assert.Throws<CachePlanException>(() => Factory.GetDenoiser(_tiny.Denoiser, "WrongSignal"));
        Assert.Contains("embedded/shift", error.Message, StringComparison.Ordinal);
        Assert.Contains("modulated", error.Message, StringComparison.Ordinal);
    }
}
