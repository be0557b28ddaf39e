using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>The paper's algorithm: D(z, z_ref) &lt; τ1 reuses all, else D(z′, z′_ref) &lt; τ2 reuses the detail stage, else all is computed.</summary>
internal sealed class H2CachePaperPolicy(H2CacheOptions options, string name) : IH2CachePolicy, ICachePolicySession
{
    public static readonly MeasurementKey StructureDistance = new("structure");
    public static readonly MeasurementKey DetailDistance = new("detail");

    private readonly float _structureThreshold = options.StructureThreshold;
    private readonly float _detailThreshold = options.DetailThreshold;
    private readonly Approximation _reuse = options.Approximation.OfOutput();
    private readonly ISimilarityEstimator _structure = SimilarityEstimator.PooledRelativeL1(options.StructurePoolDivisor);
    private readonly ISimilarityEstimator _detail = SimilarityEstimator.PooledRelativeL1(options.DetailPoolDivisor);
    private readonly ReferenceUpdate _moves = options.ReferenceUpdate == H2ReferenceUpdate.FullCompute
        ? ReferenceUpdate.WhenFullyComputed
        : ReferenceUpdate.WhenAnyComputed;

    private readonly H2Adaptation? _adaptation = options.Adaptive.Enabled ? new H2Adaptation(options.Adaptive) : null;

    public string Name => name;

    MeasurementKey IH2CachePolicy.Structure => StructureDistance;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(StructureDistance, Latent, _structure, _moves)
        .Measure(DetailDistance, Structure, _detail, _moves)
        .Skip(Latent, Output, _reuse)
        .Skip(Structure, Output, _reuse);

    public ICachePolicySession CreateSession(in LaneInfo lane) => _adaptation is null ? this : new H2AdaptiveSession(this, _adaptation);

    public CacheDecision Decide(in BoundaryVisit visit) => Decide(visit, 1);

    public CacheDecision Decide(in BoundaryVisit visit, float factor) => visit.Boundary.Role switch
    {
        Latent => CacheDecision.SkipBelow(visit.Distance(StructureDistance), _structureThreshold * factor, Output),
        Structure => CacheDecision.SkipBelow(visit.Distance(DetailDistance), _detailThreshold * factor, Output),
        _ => CacheDecision.Compute,
    };

    public bool StructureReferenceMoved(in EvaluationOutcome outcome) =>
        _moves == ReferenceUpdate.WhenFullyComputed ? outcome.FullyComputed : outcome.AnyComputed;
}
