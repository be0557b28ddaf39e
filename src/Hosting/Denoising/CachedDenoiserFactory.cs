using System.Runtime.CompilerServices;
using CachePolicies.Engine;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting;

/// <summary>Keeps what it made as long as both denoiser and policy live; a policy that was reloaded or made for one request is forgotten with it.</summary>
internal sealed class CachedDenoiserFactory(ICachePolicyProvider policies, TimeProvider time, ILoggerFactory loggers) : ICachedDenoiserFactory
{
    private readonly ConditionalWeakTable<StagedDenoiser, ConditionalWeakTable<ICachePolicy, CachedDenoiser>> _made = [];
    private readonly ILogger _logger = loggers.CreateLogger(Log.PolicyCategory);
    private readonly CachedDenoiserOptions _options = new() { TimeProvider = time };

    public CachedDenoiser GetDenoiser(StagedDenoiser denoiser, string? policy = null, CachePolicyOverrides? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        var made = _made.GetValue(denoiser, static _ => []);
        return made.GetValue(policies.GetPolicy(policy, overrides, denoiser.Layout.Family), p => Make(denoiser, p));
    }

    private CachedDenoiser Make(StagedDenoiser denoiser, ICachePolicy policy)
    {
        var made = new CachedDenoiser(denoiser, policy, _options);
        foreach (var note in made.Plan.Notes)
        {
            Log.PlanNote(_logger, note);
        }

        return made;
    }
}
