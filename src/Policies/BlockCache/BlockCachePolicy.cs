using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>s = h₁ − x; reuse h = h₁ + (h_out − h₁)_ref while rel(s_ref, s) &lt; τ, s_ref from the last computed step.</summary>
internal sealed class BlockCachePolicy(BlockCacheOptions options, string name) : ICachePolicy, ICachePolicySession
{
    public static readonly MeasurementKey FirstBlock = new("first-block");

    private readonly float _threshold = options.Threshold;
    private readonly BoundaryRef _probe = options.Probe;
    private readonly Approximation _add = options.Approximation.OfResidual(options.Probe, Embedded, options.Probe);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(FirstBlock, MeasurementSubject.Residual(Embedded, _probe), SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenFullyComputed)
        .Skip(_probe, Detail, _add);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.SkipBelow(visit.Distance(FirstBlock), _threshold, Detail);
}
