namespace CachePolicies.Policies;

/// <summary>
/// SeaCache (arXiv 2602.18993): TeaCache's rule without a polynomial. The change of a signal is measured after a Wiener filter that passes on what can be told
/// from noise at the evaluation's noise level, and is accumulated; all is skipped while the sum stays small. The first and the last step are always computed.
/// </summary>
/// <remarks>
/// Along each axis of the grid every frequency f is multiplied by H(f) = a S / (a² S + b²), S = 1 / |f|ᵖ, and the product is divided by its mean; b is the noise
/// level σ, and a is 1 − σ in flow matching, else √(1 − σ²). Each signal is filtered at its own evaluation's level; the distance is mean|Ĩ − Ĩ′| / mean|Ĩ′|.
/// </remarks>
public sealed class SeaCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public SeaCacheOptions()
        : base(forcedLastSteps: 1, maximumConsecutiveSkips: 2)
    {
    }

    /// <summary>All is skipped while the accumulated change is below this.</summary>
    /// <value>δ, finite, at least 0. The default is 0.3, the authors' for FLUX; 0.6 skips more; 0 never skips.</value>
    public float Threshold { get; set => field = Given(value); } = 0.3f;

    /// <summary>What is looked at.</summary>
    /// <value>The default is <see cref="SeaCacheSignal.Feature"/>, as published.</value>
    public SeaCacheSignal Signal { get; set => field = Given(value); }

    /// <summary>The signal at <c>embedded</c> that is looked at.</summary>
    /// <value>A tensor's name there; <c>modulated</c> by default. Used with <see cref="SeaCacheSignal.Feature"/>.</value>
    public string Feature { get; set => field = Given(value); } = FirstBlockInput.Modulated;

    /// <summary>The power by which a clean signal's spectrum falls.</summary>
    /// <value>p, above 0, at most 8. The default is <see langword="null"/>: 2 for pictures and 3 for videos.</value>
    public float? Power { get; set => field = Given(value); }

    /// <summary>The grid in which tokens lie, rows by columns, for a video with the frames in front.</summary>
    /// <value><c>64x64</c> or <c>16x30x52</c>. The default is <see langword="null"/>: the latent's height and width say, where it has them.</value>
    public string? Grid { get; set => field = Given(value); }

    /// <summary>How skipped state is made.</summary>
    /// <value>
    /// Plain by default: the blocks' cached residual, or the cached output; first order over the true gap, as in diffusers, is <see cref="SkipMethod.Taylor"/>.
    /// <see cref="SkipMethod.Aligned"/> is refused, because nothing runs before the decision.
    /// </value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<SeaCacheOptions> Set { get; } = OptionSet.Of<SeaCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "δ")
        .With(nameof(Signal), OptionTypes.OneOf<SeaCacheSignal>(), static o => o.Signal, static (o, v) => o.Signal = v, symbol: "I")
        .With(nameof(Feature), OptionTypes.Text("the name of a signal at 'embedded' (modulated)"), static o => o.Feature, static (o, v) => o.Feature = v!)
        .With(nameof(Power), OptionTypes.OrNull(OptionTypes.Between(0.1f, 8f)), static o => o.Power, static (o, v) => o.Power = v)
        .With(nameof(Grid), SignalGrid.Type, static o => o.Grid, static (o, v) => o.Grid = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);

    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "SeaCache's distance is its filter";

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "SeaCache decides before any block ran");
    }
}
