using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Makes every registered policy once when the host starts, so that wrong settings stop the start and not the first request.</summary>
internal sealed class PolicyStartupValidation(ICachePolicyProvider policies, IOptions<CachePoliciesOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = options.Value;
        foreach (var name in policies.Names)
        {
            policies.GetPolicy(name);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
