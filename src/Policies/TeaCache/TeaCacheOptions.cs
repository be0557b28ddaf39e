namespace CachePolicies.Policies;

/// <summary>
/// TeaCache (arXiv 2411.19108): the change of a cheap signal, mapped by a polynomial to the change of the output, is accumulated over the
/// steps; the whole stack is skipped while the sum stays small. The first and the last step are always computed.
/// </summary>
public sealed class TeaCacheOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public TeaCacheOptions()
        : base(forcedLastSteps: 1)
    {
    }

    /// <summary>The stack is skipped while the accumulated change is below this.</summary>
    /// <value>δ (rel_l1_thresh), finite, at least 0. The default is 0.25, about 1.5× on FLUX; 0.4, 0.6 and 0.8 skip more; 0 never skips.</value>
    public float Threshold { get; set => field = Given(value); } = 0.25f;

    /// <summary>Whose polynomial and signal are used where <see cref="Coefficients"/> and <see cref="Signal"/> say nothing.</summary>
    /// <value>The default is <see cref="TeaCacheFamily.Flux"/>.</value>
    public TeaCacheFamily Family { get; set => field = Given(value); }

    /// <summary>A polynomial of your own, fitted to recorded runs of the model.</summary>
    /// <value>The highest power first, finite; 1, 0 is the identity. Empty by default: the family's.</value>
    public IReadOnlyList<double> Coefficients
    {
        get;
        set => field = Given(value ?? []);
    }

    = [];

    /// <summary>The model that <see cref="Coefficients"/> were fitted to: any other is refused, because the polynomial says nothing about it.</summary>
    /// <value>A layout's fingerprint, such as sha256:0f3a…. The default is <see langword="null"/>: the polynomial is not bound to a model.</value>
    public string? ModelFingerprint { get; set => field = Given(value); }

    /// <summary>The signal at <c>embedded</c> that the polynomial was fitted to.</summary>
    /// <value>A tensor's name there. The default is <see langword="null"/>: the family's, <c>modulated</c> or <c>time</c>.</value>
    public string? Signal { get; set => field = Given(value); }

    /// <summary>Whether a negative value of the polynomial counts as 0, so that a change never shrinks the sum.</summary>
    /// <value>The default is <see langword="true"/>; <see langword="false"/> is the authors' reading.</value>
    public bool ClampNegative { get; set => field = Given(value); } = true;

    /// <summary>How skipped state is made.</summary>
    /// <value>Plain by default; <see cref="SkipMethod.Aligned"/> is refused, because nothing runs before the decision.</value>
    public SkipApproximationOptions Approximation { get; } = new();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<TeaCacheOptions> Set { get; } = OptionSet.Of<TeaCacheOptions>()
        .With(nameof(Threshold), OptionTypes.Threshold, static o => o.Threshold, static (o, v) => o.Threshold = v, symbol: "δ")
        .With(nameof(Family), OptionTypes.OneOf<TeaCacheFamily>(), static o => o.Family, static (o, v) => o.Family = v, symbol: "polynomial")
        .With(nameof(Coefficients), OptionTypes.Numbers, static o => o.Coefficients, static (o, v) => o.Coefficients = v)
        .With(nameof(ModelFingerprint), OptionTypes.Text("the fingerprint of the model that the polynomial was fitted to, or null for any model"), static o => o.ModelFingerprint, static (o, v) => o.ModelFingerprint = v)
        .With(nameof(Signal), OptionTypes.Text("the name of a signal at 'embedded' (modulated), or null for the family's"), static o => o.Signal, static (o, v) => o.Signal = v)
        .With(nameof(ClampNegative), OptionTypes.Flag, static o => o.ClampNegative, static (o, v) => o.ClampNegative = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "TeaCache decides at 'embedded', before any block ran");
    }
}
