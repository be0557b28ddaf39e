using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CachePolicies.Server;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it takes generations, and the models that are loaded compute.</summary>
internal static class ServerHealth
{
    /// <summary>The tag of the checks that make a server ready.</summary>
    public const string Ready = "ready";

    /// <summary>Registers the checks.</summary>
    public static void AddServerHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<ReadyCheck>(Ready, tags: [Ready]);

    /// <summary>Maps the endpoints.</summary>
    public static void MapServerHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = c => c.Tags.Contains(Ready) });
    }

    /// <summary>A server that stops is not ready; neither is one whose models were to be loaded at start and are not yet.</summary>
    private sealed class ReadyCheck(IHostApplicationLifetime lifetime, ModelsAtStart models) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The server is stopping.")
            : models.Problem is { } problem ? HealthCheckResult.Unhealthy(problem)
            : HealthCheckResult.Healthy());
    }
}
