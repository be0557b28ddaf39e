namespace CachePolicies;

/// <summary>f_to := cached f_to.</summary>
public sealed record ReuseOutput : Approximation
{
    /// <inheritdoc/>
    public override TensorExpression Build(ApproximationOperands operands) => operands.Kept(0);
}

/// <summary>f_to := f_base + (cached f_to − cached f_base): block cache, TeaCache, H2-Cache's first-block-residual variant.</summary>
/// <param name="From">The base, whose fresh state is added to.</param>
public sealed record AddResidual(BoundaryRef From) : Approximation
{
    /// <inheritdoc/>
    public override BoundaryRef? Base => From;

    /// <inheritdoc/>
    public override TensorExpression Build(ApproximationOperands operands) => operands.Base + operands.Kept(0);
}

/// <summary>
/// DiCache's trajectory alignment (arXiv 2508.17356): f_to := f_base + r₋₂ + γ (r₋₁ − r₋₂) with the residuals r of the last two computed
/// evaluations and γ = clip(mean|q − q₋₂| / mean|q₋₁ − q₋₂|, minimum, maximum) from the probe's residuals q. With one computed evaluation
/// f_base + r₋₁. A NaN γ (0/0) is 1. γ comes from the primary state and is used for every state.
/// </summary>
/// <param name="From">The base, whose fresh state is added to.</param>
/// <param name="At">The probe.</param>
/// <param name="MinimumGamma">The clip's lower bound, 1 in the paper.</param>
/// <param name="MaximumGamma">The clip's upper bound, 1.5 in the paper (2 for Wan).</param>
public sealed record AlignTrajectory(BoundaryRef From, BoundaryRef At, float MinimumGamma = 1, float MaximumGamma = 1.5f) : Approximation
{
    /// <inheritdoc/>
    public override BoundaryRef? Base => From;

    /// <inheritdoc/>
    public override BoundaryRef? Probe => At;

    /// <inheritdoc/>
    public override int MaximumHistory => 2;

    /// <inheritdoc/>
    public override TensorExpression Build(ApproximationOperands operands) => BuildDiagnostic(operands) is { } gamma
        ? operands.Base + operands.Kept(1) + (gamma * (operands.Kept(0) - operands.Kept(1)))
        : operands.Base + operands.Kept(0);

    /// <summary>γ, or <see langword="null"/> while only one evaluation was computed.</summary>
    public override TensorExpression? BuildDiagnostic(ApproximationOperands operands) => operands.History < 2
        ? null
        : ((operands.Probe - operands.KeptProbe(1)).Abs().Mean() / (operands.KeptProbe(0) - operands.KeptProbe(1)).Abs().Mean())
            .OrIfNaN(1)
            .Clamp(MinimumGamma, MaximumGamma);
}

/// <summary>
/// TaylorSeer as an approximation: <see cref="LinearForecast"/> by <see cref="TaylorWeights"/>.
/// </summary>
/// <param name="Order">0 to 3; 0 is plain reuse.</param>
/// <param name="From">The base, where residuals are extrapolated; <see langword="null"/> for whole states.</param>
/// <param name="Coordinate">c: along what.</param>
/// <param name="Damping">In [0, 1]; 1 is the published formula, one half loses least on the sample model.</param>
public sealed record Extrapolate(
    int Order,
    BoundaryRef? From = null,
    ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index,
    float Damping = 1)
    : LinearForecast(new TaylorWeights(Order, Coordinate, Damping), From, From is null ? ForecastSubject.State : ForecastSubject.Residual);
