using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

internal sealed class CachePolicyProvider(PolicyRegistry registry, IServiceProvider services, IOptionsMonitor<CachePoliciesOptions> options) : ICachePolicyProvider
{
    public IReadOnlyList<string> Names => registry.Names;

    public string DefaultName => Resolve(null);

    public ICachePolicy GetPolicy(string? name = null, CachePolicyOverrides? overrides = null)
    {
        var source = services.GetRequiredKeyedService<IPolicySource>(Resolve(name));
        return overrides is null ? source.Current : source.Create(overrides);
    }

    private string Resolve(string? name)
    {
        var wanted = name ?? options.CurrentValue.DefaultPolicy ?? (registry.Names is [var first, ..] ? first : "");
        return registry.Find(wanted) ?? throw new UnknownCachePolicyException(wanted, registry.Names);
    }
}
