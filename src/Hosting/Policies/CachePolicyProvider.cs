using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

internal sealed class CachePolicyProvider(PolicyRegistry registry, IServiceProvider services, IOptionsMonitor<CachePoliciesOptions> options) : ICachePolicyProvider
{
    public IReadOnlyList<string> Names => registry.Names;

    public string DefaultName => Resolve(null);

    public ICachePolicy GetPolicy(string? name = null, CachePolicyOverrides? overrides = null, string? family = null)
    {
        var source = services.GetRequiredKeyedService<IPolicySource>(Resolve(name));
        return overrides is null ? source.For(family) : source.Create(overrides, family);
    }

    private string Resolve(string? name)
    {
        // Read whatever is asked for, so that settings that are wrong are found without a host, too.
        var wanted = options.CurrentValue.DefaultPolicy is var configured && name is not null ? name : configured ?? (registry.Names is [var first, ..] ? first : "");
        return registry.Find(wanted) ?? throw new UnknownCachePolicyException(wanted, registry.Names);
    }
}
