namespace CachePolicies.Policies;

/// <summary>
/// Which evaluations are computed at every boundary, without asking the decorated policy and so without measuring. Sees only what really
/// happened; an evaluation in which anything was reused counts as a skip.
/// </summary>
internal interface IForcedComputeRule
{
    /// <summary>Whether this evaluation is computed.</summary>
    bool IsForced(in EvaluationInfo evaluation);

    /// <summary>Told after each evaluation that ran; a lane may be left out of some.</summary>
    /// <param name="evaluation">Which evaluation.</param>
    /// <param name="skipped">Whether anything was reused.</param>
    void Complete(in EvaluationInfo evaluation, bool skipped)
    {
    }
}

/// <summary>A policy under a rule that forces evaluations to be computed. Each lane has a rule of its own.</summary>
internal sealed class ForcedComputePolicy(ICachePolicy inner, string reason, Func<LaneInfo, IForcedComputeRule> createRule) : DelegatingCachePolicy(inner)
{
    public override ICachePolicySession CreateSession(in LaneInfo lane) => new Session(base.CreateSession(lane), CacheDecision.ComputeBecause(reason), createRule(lane));

    private sealed class Session(ICachePolicySession inner, CacheDecision forced, IForcedComputeRule rule) : DelegatingCachePolicySession(inner)
    {
        public override CacheDecision Decide(in BoundaryVisit visit) => rule.IsForced(visit.Evaluation) ? forced : base.Decide(visit);

        public override void Complete(in EvaluationOutcome outcome)
        {
            base.Complete(outcome);
            rule.Complete(outcome.Evaluation, skipped: !outcome.FullyComputed);
        }
    }
}
