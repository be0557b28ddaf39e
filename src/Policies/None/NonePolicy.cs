namespace CachePolicies.Policies;

/// <summary>Computes everything.</summary>
internal sealed class NonePolicy(string name) : ICachePolicy, ICachePolicySession
{
    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.Compute;
}
