using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>Accumulates the probe's error; decides after the probe and skips from there, based at the stack's input.</summary>
internal sealed class DiCachePolicy(DiCacheOptions options, string name) : ICachePolicy
{
    public static readonly MeasurementKey ProbeChange = new("probe");
    public static readonly MeasurementKey InputChange = new("input");

    private readonly BoundaryRef _probe = options.Probe;
    private readonly Approximation _approximation = options.TrajectoryAlignment
        ? new AlignTrajectory(Embedded, options.Probe, 1, options.MaximumGamma)
        : options.Approximation.OfResidual(Embedded, Embedded, options.Probe);

    public string Name => name;

    public float Threshold { get; } = options.Threshold;

    /// <summary>Whether the error is |δy − δx| and not δy.</summary>
    public bool ReadsInput { get; } = options.ErrorMetric == DiCacheErrorMetric.ProbeMinusInput;

    public double RetentionRatio { get; } = options.RetentionRatio;

    public CachePlan Plan(DenoiserLayout layout)
    {
        var plan = CachePlan.For(layout)
            .Measure(ProbeChange, _probe, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(_probe, Detail, _approximation);
        return ReadsInput ? plan.Measure(InputChange, Embedded, SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation) : plan;
    }

    public ICachePolicySession CreateSession(in LaneInfo lane) => new DiCacheSession(this);
}
