using CachePolicies.Backends.OnnxRuntime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Makes every registered policy once when the host starts and runs the checks of models, so that what is wrong stops the start and not the first request.</summary>
internal sealed class PolicyStartupValidation(ICachePolicyProvider policies, IOptions<CachePoliciesOptions> options, IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = options.Value;
        foreach (var name in policies.Names)
        {
            policies.GetPolicy(name);
        }

        if (services.GetServices<NamedBackend>().Select(b => b.Name).ToArray() is { Length: > 0 } backends)
        {
            var settings = services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>();
            Array.ForEach(backends, b => settings.Get(b));
        }

        foreach (var check in services.GetServices<StartCheck>())
        {
            cancellationToken.ThrowIfCancellationRequested();
            check.Run(services);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
