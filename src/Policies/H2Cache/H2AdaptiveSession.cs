namespace CachePolicies.Policies;

/// <summary>One of the two H2-Cache variants, whose decisions can be made with scaled thresholds.</summary>
internal interface IH2CachePolicy : ICachePolicy
{
    /// <summary>The distance that adaptation looks at.</summary>
    MeasurementKey Structure { get; }

    /// <summary>Decides with both thresholds multiplied by a factor.</summary>
    CacheDecision Decide(in BoundaryVisit visit, float factor);

    /// <summary>Whether the structure distance's reference moved.</summary>
    bool StructureReferenceMoved(in EvaluationOutcome outcome);
}

/// <summary>What one lane has seen of its distances, and so how its thresholds stand.</summary>
internal sealed class H2AdaptiveSession(IH2CachePolicy policy, H2Adaptation adaptation) : ICachePolicySession
{
    private H2Growth _growth = H2Growth.None;
    private int _age = 1;

    public CacheDecision Decide(in BoundaryVisit visit) => policy.Decide(visit, adaptation.Factor(visit.Evaluation, _growth));

    public void Complete(in EvaluationOutcome outcome)
    {
        _growth = _growth.Seen(outcome.Distance(policy.Structure), _age);
        _age = policy.StructureReferenceMoved(outcome) ? 1 : _age + 1;
    }
}
