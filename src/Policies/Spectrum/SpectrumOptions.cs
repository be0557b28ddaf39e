namespace CachePolicies.Policies;

/// <summary>
/// Spectrum (arXiv 2603.01623): after a warm-up, evaluations are computed in growing windows, and what lies between is forecast by Chebyshev polynomials
/// fitted to the computed ones. Nothing is measured. The defaults are the authors': 14 of 50 evaluations are computed.
/// </summary>
public sealed class SpectrumOptions : CachePolicyOptions
{
    /// <summary>Creates the defaults.</summary>
    public SpectrumOptions()
        : base(warmupSteps: 5)
    {
    }

    /// <summary>The first window after the warm-up: one evaluation out of this many is computed.</summary>
    /// <value>A finite number of at least 1; rounded down where it is used. The default is 2; 1 with a growth of 0 computes all.</value>
    public float Window { get; set => field = Given(value); } = 2;

    /// <summary>How much the window grows after each evaluation that was computed.</summary>
    /// <value>α, finite, at least 0. The default is 0.75; 3 computes 10 of 50.</value>
    public float WindowGrowth { get; set => field = Given(value); } = 0.75f;

    /// <summary>The highest degree of the polynomials.</summary>
    /// <value>m, 0 to 8. The default is 4.</value>
    public int Degree { get; set => field = Given(value); } = 4;

    /// <summary>The ridge of the regression.</summary>
    /// <value>λ, from 0.000001 to 1,000. The default is 0.1.</value>
    public float Ridge { get; set => field = Given(value); } = 0.1f;

    /// <summary>How many computed evaluations are kept for the fit.</summary>
    /// <value>K, 2 to 32. The default is 10.</value>
    public int History { get; set => field = Given(value); } = 10;

    /// <summary>Whether degrees 0 and 1 are left out of the ridge, so that what moves along a line is continued exactly.</summary>
    /// <value>The default is <see langword="false"/>, as published: a constant feature is forecast up to a tenth too low.</value>
    public bool FreeLine { get; set => field = Given(value); }

    /// <summary>How much of the Chebyshev forecast is used; the rest is Newton's extrapolation (<see cref="NewtonWeights"/>).</summary>
    /// <value>w, from 0 to 1. The default is 1, the authors'; they advise 0.5 to 1.</value>
    public float GlobalShare { get; set => field = Given(value); } = 1;

    /// <summary>The order of Newton's extrapolation.</summary>
    /// <value>1 to 3. The default is 1. Used with a <see cref="GlobalShare"/> below 1.</value>
    public int LocalOrder { get; set => field = Given(value); } = 1;

    /// <summary>Along what the polynomials run.</summary>
    /// <value>The default is <see cref="ExtrapolationCoordinate.Index"/>, as published, over the run's own number of evaluations.</value>
    public ExtrapolationCoordinate Coordinate { get; set => field = Given(value); }

    /// <summary>The most that Σ|w| of the weights may be.</summary>
    /// <value>G, a finite number of at least 1. The default is 16.</value>
    public float MaximumGain { get; set => field = Given(value); } = 16;

    /// <summary>Where the skip begins.</summary>
    /// <value>A boundary's name or role. The default is <c>embedded</c>; <c>latent</c> works on an unsplit model, and nothing of it runs on a skip.</value>
    public string From { get; set => field = Given(value); } = BoundaryRole.Embedded.ToName();

    /// <summary>Whose state is forecast, and where the skip leads.</summary>
    /// <value>A boundary's name or role. The default is <c>detail</c>, as published; <c>output</c> works on an unsplit model.</value>
    public string To { get; set => field = Given(value); } = BoundaryRole.Detail.ToName();

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<SpectrumOptions> Set { get; } = OptionSet.Of<SpectrumOptions>()
        .With(nameof(Window), OptionTypes.FiniteAtLeast(1), static o => o.Window, static (o, v) => o.Window = v)
        .With(nameof(WindowGrowth), OptionTypes.FiniteAtLeast(0), static o => o.WindowGrowth, static (o, v) => o.WindowGrowth = v, symbol: "α")
        .With(nameof(Degree), OptionTypes.Between(0, 8), static o => o.Degree, static (o, v) => o.Degree = v, symbol: "m")
        .With(nameof(Ridge), OptionTypes.Between(0.000001f, 1000f), static o => o.Ridge, static (o, v) => o.Ridge = v, symbol: "λ")
        .With(nameof(History), OptionTypes.Between(2, LinearForecast.LongestHistory), static o => o.History, static (o, v) => o.History = v, symbol: "K")
        .With(nameof(FreeLine), OptionTypes.Flag, static o => o.FreeLine, static (o, v) => o.FreeLine = v)
        .With(nameof(GlobalShare), OptionTypes.Between(0f, 1f), static o => o.GlobalShare, static (o, v) => o.GlobalShare = v, symbol: "w")
        .With(nameof(LocalOrder), OptionTypes.Between(1, 3), static o => o.LocalOrder, static (o, v) => o.LocalOrder = v)
        .With(nameof(Coordinate), OptionTypes.OneOf<ExtrapolationCoordinate>(), static o => o.Coordinate, static (o, v) => o.Coordinate = v)
        .With(nameof(MaximumGain), OptionTypes.FiniteAtLeast(1), static o => o.MaximumGain, static (o, v) => o.MaximumGain = v)
        .With(nameof(From), OptionTypes.Boundary, static o => o.From, static (o, v) => o.From = v)
        .With(nameof(To), OptionTypes.Boundary, static o => o.To, static (o, v) => o.To = v)
        .With(Common);

    /// <inheritdoc/>
    public override OptionSet Declared => Set;

    /// <inheritdoc/>
    protected override string? WhyMeasurementsAreFixed => "Spectrum measures nothing";
}
