namespace CachePolicies.Policies;

/// <summary>Skips whenever there is something to reuse; the mask, a rule around it, says which evaluations are computed.</summary>
internal sealed class StepMaskPolicy(StepMaskOptions options, string name) : ICachePolicy, ICachePolicySession
{
    private readonly BoundaryRef _from = options.From;
    private readonly BoundaryRef _to = options.To;
    private readonly Approximation _approximation = options.Approximation.OfResidual(options.From);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(_from, _to, _approximation);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) =>
        visit.CanSkip(_to) ? CacheDecision.Skip(_to) : CacheDecision.ComputeBecause(ComputeReasons.NothingComputed);
}
