using static CachePolicies.BoundaryRole;
using static CachePolicies.Policies.DiCachePolicy;

namespace CachePolicies.Policies;

/// <summary>The accumulated error of one lane.</summary>
internal sealed class DiCacheSession(DiCachePolicy policy) : ICachePolicySession
{
    private double _accumulated;
    private WholeRun _run;

    public CacheDecision Decide(in BoundaryVisit visit)
    {
        if (DiCacheDecision.IsRetained(_run.Place(visit.Evaluation), policy.RetentionRatio))
        {
            return CacheDecision.ComputeBecause(ComputeReasons.Retention);
        }

        var error = DiCacheDecision.Error(visit.Distance(ProbeChange), policy.ReadsInput ? visit.Distance(InputChange) : null);
        return CacheDecision.SkipWhileBelow(DiCacheDecision.Accumulate(_accumulated, error), policy.Threshold, Detail);
    }

    public void Complete(in EvaluationOutcome outcome)
    {
        _run.Complete(outcome.Evaluation);
        _accumulated = outcome.FullyComputed
            ? 0
            : DiCacheDecision.Accumulate(
                _accumulated,
                DiCacheDecision.Error(outcome.Distance(ProbeChange), policy.ReadsInput ? outcome.Distance(InputChange) : null));
    }
}
