namespace CachePolicies.Bench;

/// <summary>
/// The paper's algorithm with its second check at another boundary: what lies before the cut is the structure stage, what follows the detail stage.
/// </summary>
/// <param name="cut">The boundary's name.</param>
/// <param name="structureThreshold">τ1.</param>
/// <param name="detailThreshold">τ2.</param>
internal sealed class CutH2Cache(string cut, float structureThreshold, float detailThreshold) : ICachePolicy, ICachePolicySession
{
    private readonly MeasurementKey _latent = new("structure");
    private readonly MeasurementKey _cut = new("detail");

    public string Name => $"H2-Cache, cut at {cut}";

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(_latent, BoundaryRole.Latent, SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenFullyComputed)
        .Measure(_cut, MeasurementSubject.StateAt(cut), SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenFullyComputed)
        .Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput)
        .Skip(cut, BoundaryRole.Output, Approximation.ReuseOutput);

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) =>
        visit.Boundary.Role == BoundaryRole.Latent ? CacheDecision.SkipBelow(visit.Distance(_latent), structureThreshold, BoundaryRole.Output)
        : visit.Boundary.Name == cut ? CacheDecision.SkipBelow(visit.Distance(_cut), detailThreshold, BoundaryRole.Output)
        : CacheDecision.Compute;
}
