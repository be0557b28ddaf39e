namespace CachePolicies.Policies;

/// <summary>Skips whenever enough was computed to skip; which evaluations it computes is what its decorators say.</summary>
internal sealed class SchedulePolicy(BoundaryRef from, BoundaryRef to, Approximation approximation, string name) : ICachePolicy, ICachePolicySession
{
    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(from, to, approximation);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) =>
        visit.CanSkip(to) ? CacheDecision.Skip(to) : CacheDecision.ComputeBecause(ComputeReasons.NothingComputed);
}
