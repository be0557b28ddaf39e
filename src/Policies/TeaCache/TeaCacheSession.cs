using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>The accumulated change of one lane.</summary>
internal sealed class TeaCacheSession(TeaCachePolicy policy) : ICachePolicySession
{
    private double _accumulated;

    public CacheDecision Decide(in BoundaryVisit visit) =>
        CacheDecision.SkipWhileBelow(policy.Accumulate(_accumulated, visit.Distance(policy.Change)), policy.Threshold, Detail);

    public void Complete(in EvaluationOutcome outcome) =>
        _accumulated = outcome.FullyComputed ? 0 : policy.Accumulate(_accumulated, outcome.Distance(policy.Change));
}
