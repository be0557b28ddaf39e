using CachePolicies.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the health check.</summary>
public static class CachePoliciesHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that runs one stage of the registered model, so that a model that does not load and a device that is lost are seen.</summary>
    /// <param name="builder">The builder of health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What a failure is reported as; unhealthy by default.</param>
    /// <param name="tags">Tags to filter checks by.</param>
    /// <param name="model">The name of the model that is checked; <see langword="null"/>, the default, for the one without. Add a check for each model.</param>
    public static IHealthChecksBuilder AddCachePolicies(
        this IHealthChecksBuilder builder, string name = "cachepolicies", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, s => new DenoiserHealthCheck(s, model), failureStatus, tags));
    }
}
