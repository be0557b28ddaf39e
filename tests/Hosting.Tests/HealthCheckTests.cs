using CachePolicies.Backends.Cpu;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CachePolicies.Hosting.Tests;

public class HealthCheckTests
{
    [Fact]
    public async Task A_model_that_computes_is_healthy_and_one_that_fails_is_not()
    {
        using var tiny = new TinyModel();
        var services = new ServiceCollection();
        services.AddCachePolicies().AddNoCache().UseTextToImage(_ => tiny.Model);
        services.AddHealthChecks().AddCachePolicies();
        await using var provider = services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();

        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);

        tiny.BeforeStage = () => throw new InvalidOperationException("device lost");
        var report = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("device lost", report.Entries["cachepolicies"].Description, StringComparison.Ordinal);
        Assert.Equal(0, tiny.LiveTensors);
    }

    [Fact]
    public async Task A_model_with_free_axes_is_healthy_where_its_device_computes()
    {
        using var backend = new CpuBackend();
        var image = new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape("height", "width"));
        var layout = new DenoiserLayout(
            "free", [], [new Boundary("latent", BoundaryRole.Latent, image), new Boundary("output", BoundaryRole.Output, image)], [new StageDescriptor("all", "latent/image")]);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(new StagedDenoiser(layout, [new CpuStage("all", (_, _, _) => throw new InvalidOperationException("no size is known"))], backend));
        services.AddHealthChecks().AddCachePolicies();
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Contains("height, width are free", report.Entries["cachepolicies"].Description, StringComparison.Ordinal);
        Assert.Equal(0, backend.Statistics.LiveTensors);
    }

    [Fact]
    public async Task Without_a_model_the_check_says_what_is_missing()
    {
        var services = new ServiceCollection();
        services.AddCachePolicies().AddNoCache();
        services.AddHealthChecks().AddCachePolicies();
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Contains("UseModel", report.Entries["cachepolicies"].Description, StringComparison.Ordinal);
    }
}
