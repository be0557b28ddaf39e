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

/// <summary>Along what a feature is extrapolated.</summary>
public enum ExtrapolationCoordinate
{
    /// <summary>The evaluation's index, as TaylorSeer publishes it.</summary>
    Index,

    /// <summary>The noise level, which an uneven schedule calls for.</summary>
    Sigma,
}

/// <summary>
/// TaylorSeer: F(k) = Σ_i dⁱ kⁱ / i! · damping^i over the distance k from the newest computed evaluation, derivatives dⁱ by backward
/// differences between computed evaluations: d¹ = (F₀ − F₁)/(c₀ − c₁), d² = (d¹₀ − d¹₁)/(c₀ − c₁). Of lower order until enough was computed, and
/// where two computed evaluations are at the same coordinate (a second-order sampler evaluates twice at one sigma).
/// </summary>
/// <param name="Order">0 to 2; 0 is plain reuse.</param>
/// <param name="From">The base, where residuals are extrapolated; <see langword="null"/> for whole states.</param>
/// <param name="Coordinate">c: along what.</param>
/// <param name="Damping">In [0, 1]; 1 is the published formula, one half loses least on the sample model.</param>
public sealed record Extrapolate(
    int Order,
    BoundaryRef? From = null,
    ExtrapolationCoordinate Coordinate = ExtrapolationCoordinate.Index,
    float Damping = 1) : Approximation
{
    /// <summary>0 to 2.</summary>
    public int Order { get; } = Order is >= 0 and <= 2 ? Order : throw new ArgumentOutOfRangeException(nameof(Order), Order, "The order is 0, 1 or 2.");

    /// <summary>In [0, 1].</summary>
    public float Damping { get; } = Damping is >= 0 and <= 1 ? Damping : throw new ArgumentOutOfRangeException(nameof(Damping), Damping, "Damping lies in [0, 1].");

    /// <inheritdoc/>
    public override BoundaryRef? Base => From;

    /// <inheritdoc/>
    public override int MaximumHistory => Order + 1;

    /// <inheritdoc/>
    public override int ScalarCount(int history) => history < 2 ? 0 : Math.Min(history, MaximumHistory);

    /// <inheritdoc/>
    public override void FillScalars(in EvaluationInfo current, ReadOnlySpan<EvaluationInfo> computed, Span<float> scalars)
    {
        if (scalars.IsEmpty)
        {
            return;
        }

        double c0 = At(computed[0]), gap = c0 - At(computed[1]), k = At(current) - c0;
        var first = gap == 0 ? 0 : Damping * k / gap;
        var (w0, w1) = (1 + first, -first);
        if (scalars.Length > 2)
        {
            var gapBefore = At(computed[1]) - At(computed[2]);
            scalars[2] = 0;
            if (gap != 0 && gapBefore != 0)
            {
                var second = Damping * Damping * k * k / 2 / gap;
                w0 += second / gap;
                w1 -= (second / gap) + (second / gapBefore);
                scalars[2] = (float)(second / gapBefore);
            }
        }

        scalars[0] = (float)w0;
        scalars[1] = (float)w1;
    }

    /// <inheritdoc/>
    public override TensorExpression Build(ApproximationOperands operands)
    {
        var sum = ScalarCount(operands.History) == 0 ? operands.Kept(0) : TensorExpression.Scalar(0) * operands.Kept(0);
        for (var i = 1; i < ScalarCount(operands.History); i++)
        {
            sum += TensorExpression.Scalar(i) * operands.Kept(i);
        }

        return operands.HasBase ? operands.Base + sum : sum;
    }

    private double At(in EvaluationInfo evaluation) => Coordinate == ExtrapolationCoordinate.Index ? evaluation.Index : evaluation.Sigma;
}
