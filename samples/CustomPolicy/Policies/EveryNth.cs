namespace CachePolicies.Samples.CustomPolicy;

/// <summary>
/// A step mask: computes every n-th evaluation and reuses all blocks in between. It measures nothing, so it asks whether a skip is possible.
/// It has no state, so that the policy is its own session.
/// </summary>
public sealed class EveryNth(EveryNthOptions options) : ICachePolicy, ICachePolicySession
{
    public string Name => "every-nth";

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded));

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) =>
        visit.Evaluation.Index % options.Period != 0 && visit.CanSkip(BoundaryRole.Detail)
            ? CacheDecision.Skip(BoundaryRole.Detail)
            : CacheDecision.Compute;
}

public sealed class EveryNthOptions
{
    public int Period { get; set; } = 3;
}
