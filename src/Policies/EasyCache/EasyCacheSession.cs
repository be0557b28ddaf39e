using static CachePolicies.Policies.EasyCachePolicy;

namespace CachePolicies.Policies;

/// <summary>The accumulated predicted change of one lane, and what the last computed steps say about the rate.</summary>
internal sealed class EasyCacheSession(EasyCachePolicy policy) : ICachePolicySession
{
    private double _accumulated;
    private double _rate = double.NaN;
    private float _magnitude = float.NaN;

    public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.SkipWhileBelow(
        EasyCacheDecision.Accumulate(_accumulated, _rate, visit.Distance(InputChange), _magnitude), policy.Threshold, BoundaryRole.Output);

    public void Complete(in EvaluationOutcome outcome)
    {
        if (!outcome.FullyComputed)
        {
            _accumulated = EasyCacheDecision.Accumulate(_accumulated, _rate, outcome.Distance(InputChange), _magnitude);
            return;
        }

        // Before a second computed step both changes are +∞ and the rate is NaN: nothing is skipped yet.
        _rate = (double)outcome.Distance(ComputedOutputChange) / outcome.Distance(ComputedInputChange);
        _magnitude = outcome.Distance(OutputMagnitude);
        _accumulated = 0;
    }
}
