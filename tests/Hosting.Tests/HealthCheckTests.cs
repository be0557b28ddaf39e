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
