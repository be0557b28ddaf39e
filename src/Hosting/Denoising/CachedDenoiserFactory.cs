using System.Runtime.CompilerServices;
using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>Keeps what it made as long as both denoiser and policy live; a policy that was reloaded or made for one request is forgotten with it.</summary>
internal sealed class CachedDenoiserFactory(ICachePolicyProvider policies, TimeProvider time) : ICachedDenoiserFactory
{
    private readonly ConditionalWeakTable<StagedDenoiser, ConditionalWeakTable<ICachePolicy, CachedDenoiser>> _made = [];
    private readonly CachedDenoiserOptions _options = new() { TimeProvider = time };

    public CachedDenoiser GetDenoiser(StagedDenoiser denoiser, string? policy = null, CachePolicyOverrides? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        var made = _made.GetValue(denoiser, static _ => []);
        return made.GetValue(policies.GetPolicy(policy, overrides), p => new CachedDenoiser(denoiser, p, _options));
    }
}
