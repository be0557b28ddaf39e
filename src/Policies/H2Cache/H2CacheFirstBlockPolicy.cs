using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>
/// The authors' code: PFS of the first double block's residual &lt; τ1 reuses the structure stage and forces the reuse of the detail stage;
/// else PFS of the first single block's residual &lt; τ2 reuses the detail stage. Both first blocks always run.
/// </summary>
internal sealed class H2CacheFirstBlockPolicy(H2CacheOptions options, string name) : IH2CachePolicy, ICachePolicySession
{
    /// <summary>The first single block's residual over [text; image] tokens.</summary>
    public const string ResidualSignal = "residual";

    public static readonly MeasurementKey StructureDistance = new("structure");
    public static readonly MeasurementKey DetailDistance = new("detail");

    private readonly float _structureThreshold = options.StructureThreshold;
    private readonly float _detailThreshold = options.DetailThreshold;
    private readonly ISimilarityEstimator _structure = SimilarityEstimator.PooledRelativeL1(options.StructurePoolDivisor);
    private readonly ISimilarityEstimator _detail = SimilarityEstimator.PooledRelativeL1(options.DetailPoolDivisor);
    private readonly Approximation _addStructure = options.Approximation.OfResidual(StructureProbe, Embedded, StructureProbe);
    private readonly Approximation _addDetail = options.Approximation.OfResidual(DetailProbe, Structure, DetailProbe);

    private readonly H2Adaptation? _adaptation = options.Adaptive.Enabled ? new H2Adaptation(options.Adaptive) : null;

    public string Name => name;

    MeasurementKey IH2CachePolicy.Structure => StructureDistance;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(StructureDistance, MeasurementSubject.Residual(Embedded, StructureProbe), _structure, ReferenceUpdate.WhenStageComputed)
        .Measure(DetailDistance, MeasurementSubject.SignalAt(DetailProbe, ResidualSignal), _detail, ReferenceUpdate.WhenStageComputed)
        .Skip(StructureProbe, Structure, _addStructure)
        .Skip(DetailProbe, Detail, _addDetail);

    public ICachePolicySession CreateSession(in LaneInfo lane) => _adaptation is null ? this : new H2AdaptiveSession(this, _adaptation);

    public CacheDecision Decide(in BoundaryVisit visit) => Decide(visit, 1);

    public CacheDecision Decide(in BoundaryVisit visit, float factor) => visit.Boundary.Role switch
    {
        StructureProbe => CacheDecision.SkipBelow(visit.Distance(StructureDistance), _structureThreshold * factor, Structure),
        DetailProbe when !visit.Computed(StructureProbe, Structure) => CacheDecision.Skip(Detail),
        DetailProbe => CacheDecision.SkipBelow(visit.Distance(DetailDistance), _detailThreshold * factor, Detail),
        _ => CacheDecision.Compute,
    };

    public bool StructureReferenceMoved(in EvaluationOutcome outcome) => outcome.Computed(StructureProbe, Structure);
}
