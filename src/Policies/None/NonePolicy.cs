namespace CachePolicies.Policies;

/// <summary>Computes everything.</summary>
internal sealed class NonePolicy : ICachePolicy, ICachePolicySession
{
    public string Name => "None";

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.Compute;
}
