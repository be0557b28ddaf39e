using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>acc += k · mean|x_t − x_{t−1}| / mean|v_last|, k = mean|Δv| / mean|Δx| over the last two computed steps; skip while acc &lt; τ.</summary>
internal sealed class EasyCachePolicy(EasyCacheOptions options, string name) : ICachePolicy
{
    /// <summary>mean|x_t − x_{t−1}|.</summary>
    public static readonly MeasurementKey InputChange = new("input");

    /// <summary>mean|Δx| since the last computed step.</summary>
    public static readonly MeasurementKey ComputedInputChange = new("computed-input");

    /// <summary>mean|Δv| since the last computed step.</summary>
    public static readonly MeasurementKey ComputedOutputChange = new("computed-output");

    /// <summary>mean|v|.</summary>
    public static readonly MeasurementKey OutputMagnitude = new("output-magnitude");

    private readonly Approximation _difference = options.Approximation.OfResidual(Latent);
    private readonly Approximation _whole = options.Approximation.OfOutput();

    public string Name => name;

    public float Threshold { get; } = options.Threshold;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(InputChange, Latent, SimilarityEstimator.MeanAbsoluteDifference, ReferenceUpdate.EveryEvaluation)
        .Measure(ComputedInputChange, Latent, SimilarityEstimator.MeanAbsoluteDifference, ReferenceUpdate.WhenFullyComputed)
        .Measure(ComputedOutputChange, Output, SimilarityEstimator.MeanAbsoluteDifference, ReferenceUpdate.WhenFullyComputed)
        .Measure(OutputMagnitude, Output, SimilarityEstimator.Magnitude, ReferenceUpdate.WhenFullyComputed)
        .Skip(Latent, Output, layout.Latent.Primary.IsCompatibleWith(layout.Output.Primary) ? _difference : _whole);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new EasyCacheSession(this);
}
