using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>
/// The authors' code: PFS of the first double block's residual &lt; τ1 reuses the structure stage and forces the reuse of the detail stage;
/// else PFS of the first single block's residual &lt; τ2 reuses the detail stage. Both first blocks always run.
/// </summary>
internal sealed class H2CacheFirstBlockPolicy(H2CacheOptions options, string name) : ICachePolicy, ICachePolicySession
{
    /// <summary>The first single block's residual over [text; image] tokens.</summary>
    public const string ResidualSignal = "residual";

    public static readonly MeasurementKey StructureDistance = new("structure");
    public static readonly MeasurementKey DetailDistance = new("detail");

    private readonly float _structureThreshold = options.StructureThreshold;
    private readonly float _detailThreshold = options.DetailThreshold;
    private readonly int _structureDivisor = options.StructurePoolDivisor;
    private readonly int _detailDivisor = options.DetailPoolDivisor;
    private readonly ISimilarityEstimator _structure = SimilarityEstimator.PooledRelativeL1(options.StructurePoolDivisor);
    private readonly ISimilarityEstimator _detail = SimilarityEstimator.PooledRelativeL1(options.DetailPoolDivisor);
    private readonly Approximation _addStructure = options.Approximation.OfResidual(StructureProbe, Embedded, StructureProbe);
    private readonly Approximation _addDetail = options.Approximation.OfResidual(DetailProbe, Structure, DetailProbe);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(StructureDistance, MeasurementSubject.Residual(Embedded, StructureProbe), _structure, ReferenceUpdate.WhenStageComputed)
        .Measure(DetailDistance, MeasurementSubject.SignalAt(DetailProbe, ResidualSignal), _detail, ReferenceUpdate.WhenStageComputed)
        .Skip(StructureProbe, Structure, _addStructure)
        .Skip(DetailProbe, Detail, _addDetail)
        .WithPoolingNotes((StructureDistance, nameof(H2CacheOptions.StructurePoolDivisor), _structureDivisor), (DetailDistance, nameof(H2CacheOptions.DetailPoolDivisor), _detailDivisor));

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) => visit.Boundary.Role switch
    {
        StructureProbe => CacheDecision.SkipBelow(visit.Distance(StructureDistance), _structureThreshold, Structure),
        DetailProbe when !visit.Computed(StructureProbe, Structure) => CacheDecision.Skip(Detail),
        DetailProbe => CacheDecision.SkipBelow(visit.Distance(DetailDistance), _detailThreshold, Detail),
        _ => CacheDecision.Compute,
    };
}
