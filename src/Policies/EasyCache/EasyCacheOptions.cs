namespace CachePolicies.Policies;

/// <summary>
/// EasyCache (arXiv 2507.02860): predicts the change of the output from that of the input by the rate between the last computed steps. Needs no
/// boundary inside the model, so it works on an unsplit one. <see cref="CachePolicyOptions.WarmupSteps"/> is the paper's R. The defaults are the
/// authors' for Wan2.1 at 50 steps; their script for HunyuanVideo has τ = 0.025 and R = 5. As in their code, the prediction is relative to the
/// output of the last computed step, where the paper writes that of the previous step.
/// </summary>
public sealed class EasyCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public EasyCacheOptions()
        : base(forcedLastSteps: 1, warmupSteps: 10)
    {
    }

    /// <summary>The denoiser is skipped while the accumulated predicted change of its output, relative to it, is below this.</summary>
    /// <value>τ, finite, at least 0. The default is 0.05, the authors' for Wan2.1 (HunyuanVideo 0.025); 0 never skips.</value>
    public float Threshold { get; set => field = Given(value); } = 0.05f;

    /// <summary>
    /// How the output is made: x + (v − x)_cached as published, or extrapolated. Where the input has other channels than the output (inpainting, image to
    /// video), v_cached itself takes the difference's place.
    /// </summary>
    /// <value>Plain by default; <see cref="SkipMethod.Aligned"/> is refused, because nothing runs before the decision.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<EasyCacheOptions> Set { get; } = OptionSet.Of<EasyCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "τ")
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "EasyCache divides changes that it measures apart, and the worst frames of two changes need not be the same";

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "EasyCache decides at 'latent', before any block ran");
    }
}
