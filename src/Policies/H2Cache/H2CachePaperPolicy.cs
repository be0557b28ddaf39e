using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>The paper's algorithm: D(z, z_ref) &lt; τ1 reuses all, else D(z′, z′_ref) &lt; τ2 reuses the detail stage, else all is computed.</summary>
internal sealed class H2CachePaperPolicy(H2CacheOptions options, string name) : ICachePolicy, ICachePolicySession
{
    public static readonly MeasurementKey StructureDistance = new("structure");
    public static readonly MeasurementKey DetailDistance = new("detail");

    private readonly float _structureThreshold = options.StructureThreshold;
    private readonly float _detailThreshold = options.DetailThreshold;
    private readonly Approximation _reuse = options.Approximation.OfOutput();
    private readonly int _structureDivisor = options.StructurePoolDivisor;
    private readonly int _detailDivisor = options.DetailPoolDivisor;
    private readonly ISimilarityEstimator _structure = SimilarityEstimator.PooledRelativeL1(options.StructurePoolDivisor);
    private readonly ISimilarityEstimator _detail = SimilarityEstimator.PooledRelativeL1(options.DetailPoolDivisor);
    private readonly ReferenceUpdate _moves = Moves(options);

    public string Name => name;

    /// <summary>When the references move.</summary>
    public static ReferenceUpdate Moves(H2CacheOptions options) =>
        options.ReferenceUpdate == H2ReferenceUpdate.FullCompute ? ReferenceUpdate.WhenFullyComputed : ReferenceUpdate.WhenAnyComputed;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(StructureDistance, Latent, _structure, _moves)
        .Measure(DetailDistance, Structure, _detail, _moves)
        .Skip(Latent, Output, _reuse)
        .Skip(Structure, Output, _reuse)
        .WithPoolingNotes((StructureDistance, nameof(H2CacheOptions.StructurePoolDivisor), _structureDivisor), (DetailDistance, nameof(H2CacheOptions.DetailPoolDivisor), _detailDivisor));

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) => visit.Boundary.Role switch
    {
        Latent => CacheDecision.SkipBelow(visit.Distance(StructureDistance), _structureThreshold, Output),
        Structure => CacheDecision.SkipBelow(visit.Distance(DetailDistance), _detailThreshold, Output),
        _ => CacheDecision.Compute,
    };
}
