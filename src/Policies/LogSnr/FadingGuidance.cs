using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>
/// The clean picture x̂ from the last two computed evaluations i and p, and from it the output of a lane. With C the conditional lane's x̂, X the lane's own,
/// Z the latent in the flow's scale, t the time, ΔL = L(t) − L(t_i) and τ = ΔL / (L(t_i) − L(t_p)):
/// <code>x̂ = C_i + ρ (X_i − C_i) + τ d [(X_i − C_i) − (X_p − C_p)] + τ a (C_i − C_p) − τ b (Z_i − Z_p) − ΔL c (Z_i − C_i)</code>
/// ρ = [S(t) / S(t_i)]^q with S(t) = t / (1 − t + 0.06) and q = fade · t_i, or the late fade after the last mark; a counts from 1 − t_i ≥ 0.2 on. Guidance
/// of scale g thus has 1 + (g − 1) ρ on a skip. The output is what makes x̂ of the latent z: (x̂ − α' z) / β', by <see cref="EvaluationInfo.Clean"/>.
/// </summary>
/// <param name="Fade">q per unit of t_i; 0 reuses the difference of the branches as it is.</param>
/// <param name="LateFade">q where <paramref name="IsLate"/>.</param>
/// <param name="Trend">a.</param>
/// <param name="Difference">d.</param>
/// <param name="Feedback">b.</param>
/// <param name="Pull">c.</param>
/// <param name="IsLate">Whether nothing more will be computed.</param>
internal sealed record FadingGuidance(float Fade, float LateFade, float Trend, float Difference, float Feedback, float Pull, bool IsLate) : Approximation
{
    private const double FadeOffset = 0.06;
    private const double TrendFrom = 0.2;

    // The scalars, by what they multiply.
    private const int Latent = 0;
    private const int Own = 1;
    private const int Conditional = 2;
    private const int Kept = 3;
    private const int ConditionalBefore = 4;
    private const int KeptBefore = 5;
    private const int OwnBefore = 6;

    private static readonly KeptForm[] KeptForms = [KeptForm.CleanPicture, FlowLatent.Instance];

    public override string Name => IsLate ? "FadingGuidance, late" : nameof(FadingGuidance);

    public override BoundaryRef? Base => BoundaryRole.Latent;

    public override ImmutableArray<KeptForm> Forms { get; } = [.. KeptForms];

    public override bool ReadsConditional => true;

    public override int MaximumHistory => 2;

    public override int ScalarCount(int history) => history < 2 ? Kept + 1 : OwnBefore + 1;

    public override bool IsDefined(in SkipPoint point)
    {
        Span<float> scalars = stackalloc float[ScalarCount(point.Computed.Length)];
        FillScalars(point, scalars);
        foreach (var scalar in scalars)
        {
            if (!float.IsFinite(scalar))
            {
                return false;
            }
        }

        return true;
    }

    public override void FillScalars(in EvaluationInfo current, ReadOnlySpan<EvaluationInfo> computed, Span<float> scalars)
    {
        double now = LogSnr.TimeOf(current), then = LogSnr.TimeOf(computed[0]);
        var passed = LogSnr.Of(now) - LogSnr.Of(then);
        var fade = Math.Pow(Noisiness(now) / Noisiness(then), IsLate ? LateFade : Fade * then);
        var pull = passed * Pull;
        var (own, conditional, kept) = (fade, 1 - fade + pull, -pull);
        double scale = current.Clean.Output;
        if (scalars.Length > OwnBefore)
        {
            var gap = LogSnr.Of(then) - LogSnr.Of(LogSnr.TimeOf(computed[1]));
            var share = gap > 0 ? passed / gap : 0;
            var trend = 1 - then >= TrendFrom ? share * Trend : 0;
            var feedback = share * Feedback;
            var difference = share * Difference;
            own += difference;
            conditional += trend - difference;
            kept -= feedback;
            scalars[ConditionalBefore] = (float)((difference - trend) / scale);
            scalars[KeptBefore] = (float)(feedback / scale);
            scalars[OwnBefore] = (float)(-difference / scale);
        }

        scalars[Latent] = (float)(-current.Clean.Latent / scale);
        scalars[Own] = (float)(own / scale);
        scalars[Conditional] = (float)(conditional / scale);
        scalars[Kept] = (float)(kept / scale);
    }

    public override TensorExpression Build(ApproximationOperands operands)
    {
        var sum = (TensorExpression.Scalar(Latent) * operands.Base)
            + (TensorExpression.Scalar(Own) * operands.Kept(0))
            + (TensorExpression.Scalar(Conditional) * operands.Conditional(0))
            + (TensorExpression.Scalar(Kept) * operands.Kept(0, 1));
        return operands.History < 2 ? sum : sum
            + (TensorExpression.Scalar(ConditionalBefore) * operands.Conditional(1))
            + (TensorExpression.Scalar(KeptBefore) * operands.Kept(1, 1))
            + (TensorExpression.Scalar(OwnBefore) * operands.Kept(1));
    }

    private static double Noisiness(double time) => time / (1 - time + FadeOffset);

    public bool Equals(FadingGuidance? other) => other is not null
        && (Fade, LateFade, Trend, Difference, Feedback, Pull, IsLate)
            == (other.Fade, other.LateFade, other.Trend, other.Difference, other.Feedback, other.Pull, other.IsLate);

    public override int GetHashCode() => HashCode.Combine(Fade, LateFade, Trend, Difference, Feedback, Pull, IsLate);

    /// <summary>The latent in the flow's scale, z / (α + σ).</summary>
    private sealed record FlowLatent : KeptForm
    {
        public static FlowLatent Instance { get; } = new();

        public override int ScalarCount => 1;

        public override void FillScalars(in EvaluationInfo computed, Span<float> scalars) => scalars[0] = (float)(1 / (LogSnr.SignalOf(computed) + computed.Sigma));

        public override TensorExpression Build(TensorExpression target, TensorExpression origin) => TensorExpression.Scalar(0) * origin;
    }
}
