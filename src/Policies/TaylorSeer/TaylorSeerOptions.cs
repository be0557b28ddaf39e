namespace CachePolicies.Policies;

/// <summary>
/// TaylorSeer (arXiv 2503.06923): computes every N-th evaluation and extrapolates between them, here the residual of the stack as a whole; the
/// authors extrapolate each attention and feed-forward output by itself, which holds tens of times as much memory. To extrapolate under another
/// policy's decisions, set that policy's <c>Approximation</c>. The defaults are those of diffusers (N = 5, three steps of warm-up, order 1); the
/// authors' script for FLUX has N = 6 with the same warm-up and order, for HunyuanVideo N = 5 with one step of warm-up.
/// </summary>
public sealed class TaylorSeerOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public TaylorSeerOptions()
        : base(warmupSteps: 3)
    {
    }

    /// <summary>One evaluation out of this many is computed.</summary>
    /// <value>N, at least 1. The default is 5, as in diffusers (the authors' for FLUX is 6); 1 computes all.</value>
    public int Interval { get; set => field = Given(value); } = 5;

    /// <summary>Where the skip begins; what is extrapolated is the residual over it.</summary>
    /// <value>A boundary's name or role. The default is <c>embedded</c>; <c>latent</c> works on an unsplit model.</value>
    public string From { get; set => field = Given(value); } = BoundaryRole.Embedded.ToName();

    /// <summary>Where the skip leads.</summary>
    /// <value>A boundary's name or role. The default is <c>detail</c>; <c>output</c> works on an unsplit model.</value>
    public string To { get; set => field = Given(value); } = BoundaryRole.Detail.ToName();

    /// <summary>Order (O in the paper), damping and coordinate of the extrapolation.</summary>
    /// <value>Taylor of order 1 by default, as in the authors' scripts for FLUX and HunyuanVideo and in diffusers.</value>
    public SkipApproximationOptions Approximation { get; } = new(SkipMethod.Taylor);

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<TaylorSeerOptions> Set { get; } = OptionSet.Of<TaylorSeerOptions>()
        .With(nameof(Interval), OptionTypes.AtLeast(1), static o => o.Interval, static (o, v) => o.Interval = v, symbol: "N")
        .With(nameof(From), OptionTypes.Boundary, static o => o.From, static (o, v) => o.From = v)
        .With(nameof(To), OptionTypes.Boundary, static o => o.To, static (o, v) => o.To = v)
        .With(nameof(Approximation), SkipApproximationOptions.Set, static o => o.Approximation)
        .With(Common);


    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "TaylorSeer measures nothing";

    /// <inheritdoc/>
    protected override void Check(OptionsProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Approximation.RefuseAligned(problems, nameof(Approximation), "a fixed schedule has no probe");
    }
}
