using CachePolicies.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CachePolicies.Server;

/// <summary>A front is ready while a worker answers.</summary>
internal sealed class WorkersCheck(IWorkFront front) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(front.Reports.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No worker answers."));
}
