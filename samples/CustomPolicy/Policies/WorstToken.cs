namespace CachePolicies.Samples.CustomPolicy;

/// <summary>
/// A policy on a signal and an estimator of its own. Relative L1 is a mean: a small part of the picture that changes much is averaged away. This one looks
/// at the token that changed most. The estimator is an expression, so it runs on every backend.
/// </summary>
public sealed class WorstToken(WorstTokenOptions options) : ICachePolicy, ICachePolicySession
{
    private static readonly ISimilarityEstimator Worst = SimilarityEstimator.Create(
        "worst-token", (current, reference, _) => (current - reference).Abs().Mean(keep: 1).Max() / reference.Abs().Mean());

    private static readonly MeasurementKey Change = new("worst-token");

    public string Name => "worst-token";

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(Change, MeasurementSubject.SignalAt(BoundaryRole.Embedded, "modulated"), Worst, ReferenceUpdate.WhenFullyComputed)
        .Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded));

    public ICachePolicySession CreateSession(in LaneInfo lane) => this;

    public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.SkipBelow(visit.Distance(Change), options.Threshold, BoundaryRole.Detail);
}

public sealed class WorstTokenOptions
{
    public float Threshold { get; set; } = 0.2f;
}
