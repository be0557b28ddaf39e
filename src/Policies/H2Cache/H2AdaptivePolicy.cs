using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>
/// A decorator that multiplies every threshold of a policy by a factor that follows the run: what was compared with a threshold is compared with the
/// scaled one, whatever the decorated policy decided. Decisions without a threshold stay.
/// </summary>
/// <param name="inner">The policy that is decorated.</param>
/// <param name="adaptation">The factor.</param>
/// <param name="structure">The distance whose growth the factor follows.</param>
/// <param name="moves">When that distance's reference moves.</param>
internal sealed class H2AdaptivePolicy(ICachePolicy inner, H2Adaptation adaptation, MeasurementKey structure, ReferenceUpdate moves) : DelegatingCachePolicy(inner)
{
    public override ICachePolicySession CreateSession(in LaneInfo lane) => new Session(base.CreateSession(lane), adaptation, structure, moves);

    /// <summary>What one lane has seen of the distance, and so by how much its thresholds are scaled.</summary>
    private sealed class Session(ICachePolicySession inner, H2Adaptation adaptation, MeasurementKey structure, ReferenceUpdate moves) : DelegatingCachePolicySession(inner)
    {
        private H2Growth _growth = H2Growth.None;
        private int _moved = -1;

        public override CacheDecision Decide(in BoundaryVisit visit)
        {
            var decision = base.Decide(visit);
            return decision is { Value: { } value, Threshold: { } threshold }
                ? CacheDecision.SkipBelow((float)value, threshold * adaptation.Factor(visit.Evaluation, _growth), decision.To, decision.Via)
                : decision;
        }

        public override void Complete(in EvaluationOutcome outcome)
        {
            base.Complete(outcome);
            var index = outcome.Evaluation.Index;
            _growth = _growth.Seen(outcome.Distance(structure), index - _moved);
            _moved = ReferenceMoved(outcome) ? index : _moved;
        }

        private bool ReferenceMoved(in EvaluationOutcome outcome) => moves switch
        {
            ReferenceUpdate.WhenFullyComputed => outcome.FullyComputed,
            ReferenceUpdate.WhenAnyComputed => outcome.AnyComputed,
            ReferenceUpdate.WhenStageComputed => outcome.Computed(StructureProbe, Structure),
            _ => true,
        };
    }
}
