namespace CachePolicies.Samples.CustomPolicy;

/// <summary>
/// A decorator: whatever the inner policy wants, computes once the noise level has fallen below a bound, where details are made and errors show. A
/// session passes everything on but the decision that it overrules; the inner one hears in Complete what really happened.
/// </summary>
public sealed class OnlyWhileNoisy(ICachePolicy inner, float leastSigma) : DelegatingCachePolicy(inner)
{
    public override ICachePolicySession CreateSession(in LaneInfo lane) => new Session(base.CreateSession(lane), leastSigma);

    private sealed class Session(ICachePolicySession inner, float leastSigma) : DelegatingCachePolicySession(inner)
    {
        public override CacheDecision Decide(in BoundaryVisit visit) => visit.Evaluation.Sigma < leastSigma
            ? CacheDecision.ComputeBecause("low noise")
            : base.Decide(visit);
    }
}
