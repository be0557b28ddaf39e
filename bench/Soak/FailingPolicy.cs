using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>A policy that throws in the middle of a generation: in the second evaluation of a guidance branch.</summary>
internal sealed class FailingPolicy : ICachePolicy
{
    public const string PolicyName = "Failing";

    public string Name => PolicyName;

    public CachePlan Plan(DenoiserLayout layout) => CachePolicy.BlockCache(new()).Plan(layout);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session();

    private sealed class Session : ICachePolicySession
    {
        public CacheDecision Decide(in BoundaryVisit visit) =>
            visit.Evaluation.Index > 0 ? throw new InvalidOperationException("A fault that is part of the soak.") : CacheDecision.Compute;
    }
}
