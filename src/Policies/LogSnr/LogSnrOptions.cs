namespace CachePolicies.Policies;

/// <summary>
/// The project's own method: evaluations evenly spaced in log-SNR, and between them the clean picture of the last two computed evaluations, with the
/// difference of the guidance branches fading. Nothing is measured and nothing of the model runs on a skip. The evaluations of both branches are computed
/// together. Samplers and predictions are told apart by what the evaluation says of itself (<see cref="EvaluationInfo.Clean"/>), so that the same numbers serve
/// flow matching, ε and v. The constants were chosen on the sample model at guidance 3, on pictures that no table shows; strong guidance needs more evaluations.
/// </summary>
/// <remarks>
/// t is the noise level of the flow (σ, or σ / (α + σ) where the signal is scaled by α). Marks lie evenly in L(t) = ln((1 − t + 0.35) / t), from L(1) to one
/// spacing before L(0.013); the evaluation nearest to a mark is computed. Then, with C the conditional lane's clean picture, X the lane's own, Z the latent,
/// i and p the last two computed evaluations, ΔL = L(t) − L(t_i) and τ = ΔL / (L(t_i) − L(t_p)):
/// <code>x̂ = C_i + ρ (X_i − C_i) + τ d [(X_i − C_i) − (X_p − C_p)] + τ a (C_i − C_p) − τ b (Z_i − Z_p) − ΔL c (Z_i − C_i)</code>
/// where ρ = [S(t) / S(t_i)]^q, S(t) = t / (1 − t + 0.06), q = f t_i, and f′ in place of f t_i once no mark is left; a counts from 1 − t_i ≥ 0.2 on.
/// </remarks>
public sealed class LogSnrOptions : CachePolicyOptions
{
    /// <summary>How many evaluations of a whole run are computed.</summary>
    /// <value>
    /// n, 2 to 1,000. The default is 10. A run of fewer steps computes at most all of them; one that starts at a picture keeps the spacing and computes fewer.
    /// </value>
    public int Evaluations { get; set => field = Given(value); } = 10;

    /// <summary>How fast the difference between the guidance branches fades over a skip, per unit of t.</summary>
    /// <value>f, at least 0 and finite. The default is 1.8; 0 keeps the difference. Without a second branch it has no effect.</value>
    public float Fade { get; set => field = Given(value); } = 1.8f;

    /// <summary>How fast it fades after the last computed evaluation.</summary>
    /// <value>f′, at least 0 and finite. The default is 0.25.</value>
    public float LateFade { get; set => field = Given(value); } = 0.25f;

    /// <summary>How far the conditional clean picture goes on as it went.</summary>
    /// <value>a, from 0 to 1. The default is 0.55.</value>
    public float Trend { get; set => field = Given(value); } = 0.55f;

    /// <summary>How far the difference between the branches goes on as it went.</summary>
    /// <value>d, from 0 to 1. The default is 0.1.</value>
    public float DifferenceTrend { get; set => field = Given(value); } = 0.1f;

    /// <summary>How strongly the clean picture answers to how the latent went.</summary>
    /// <value>b, from 0 to 1. The default is 0.07.</value>
    public float Feedback { get; set => field = Given(value); } = 0.07f;

    /// <summary>How strongly it answers to the noise that is left in the latent.</summary>
    /// <value>c, from 0 to 1. The default is 0.08.</value>
    public float Pull { get; set => field = Given(value); } = 0.08f;

    /// <summary>How skipped evaluations are made.</summary>
    /// <value>
    /// Plain by default: the policy's own forecast, with the constants above. Any other method forecasts the output, or the clean picture with
    /// <see cref="KeptSubject.CleanPicture"/>, at the same evaluations; <see cref="SkipMethod.Aligned"/> is refused, because a fixed schedule has no probe.
    /// </value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<LogSnrOptions> Set { get; } = OptionSet.Of<LogSnrOptions>()
        .With(nameof(Evaluations), OptionTypes.Between(2, 1000), static o => o.Evaluations, static (o, v) => o.Evaluations = v, symbol: "n")
        .With(nameof(Fade), OptionTypes.FiniteAtLeast(0), static o => o.Fade, static (o, v) => o.Fade = v, symbol: "f")
        .With(nameof(LateFade), OptionTypes.FiniteAtLeast(0), static o => o.LateFade, static (o, v) => o.LateFade = v, symbol: "f′")
        .With(nameof(Trend), OptionTypes.Between(0f, 1f), static o => o.Trend, static (o, v) => o.Trend = v, symbol: "a")
        .With(nameof(DifferenceTrend), OptionTypes.Between(0f, 1f), static o => o.DifferenceTrend, static (o, v) => o.DifferenceTrend = v, symbol: "d")
        .With(nameof(Feedback), OptionTypes.Between(0f, 1f), static o => o.Feedback, static (o, v) => o.Feedback = v, symbol: "b")
        .With(nameof(Pull), OptionTypes.Between(0f, 1f), static o => o.Pull, static (o, v) => o.Pull = v, symbol: "c")
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);

    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "LogSnr measures nothing";

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "a fixed schedule has no probe");
    }
}
