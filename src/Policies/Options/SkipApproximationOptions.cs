namespace CachePolicies.Policies;

/// <summary>
/// How skipped state is made; combines with every policy's decisions. All methods but plain reuse and alignment are forecasts, f := Σ wᵢ · hᵢ over the last
/// computed evaluations: one kernel, and weights by the method.
/// </summary>
public sealed class SkipApproximationOptions : TrackedOptions
{
    /// <summary>Creates the defaults.</summary>
    public SkipApproximationOptions()
        : this(SkipMethod.Plain)
    {
    }

    internal SkipApproximationOptions(SkipMethod method)
    {
        Method = method;
        AsDefaults();
    }

    /// <summary>The options with the values that they take.</summary>
    internal static OptionSet<SkipApproximationOptions> Set { get; } = OptionSet.Of<SkipApproximationOptions>()
        .With(nameof(Method), OptionTypes.OneOf<SkipMethod>(), static o => o.Method, static (o, v) => o.Method = v)
        .With(nameof(Keep), OptionTypes.OneOf<KeptSubject>(), static o => o.Keep, static (o, v) => o.Keep = v)
        .With(nameof(Order), OptionTypes.Between(1, 3), static o => o.Order, static (o, v) => o.Order = v)
        .With(nameof(Damping), OptionTypes.Between(0f, 1f), static o => o.Damping, static (o, v) => o.Damping = v)
        .With(nameof(Coordinate), OptionTypes.OneOf<ExtrapolationCoordinate>(), static o => o.Coordinate, static (o, v) => o.Coordinate = v)
        .With(nameof(MaximumGain), OptionTypes.OrNull(OptionTypes.FiniteAtLeast(1)), static o => o.MaximumGain, static (o, v) => o.MaximumGain = v)
        .With(nameof(HermiteScale), OptionTypes.Between(0.01f, 2f), static o => o.HermiteScale, static (o, v) => o.HermiteScale = v)
        .With(nameof(PhaseSharpness), OptionTypes.Between(0.01f, 8f), static o => o.PhaseSharpness, static (o, v) => o.PhaseSharpness = v)
        .With(nameof(Degree), OptionTypes.Between(0, 8), static o => o.Degree, static (o, v) => o.Degree = v)
        .With(nameof(Ridge), OptionTypes.Between(0.000001f, 1000f), static o => o.Ridge, static (o, v) => o.Ridge = v)
        .With(nameof(History), OptionTypes.Between(2, LinearForecast.LongestHistory), static o => o.History, static (o, v) => o.History = v)
        .With(nameof(FreeLine), OptionTypes.Flag, static o => o.FreeLine, static (o, v) => o.FreeLine = v)
        .With(nameof(MaximumGamma), OptionTypes.FiniteAtLeast(1), static o => o.MaximumGamma, static (o, v) => o.MaximumGamma = v);

    /// <summary>Which formula.</summary>
    /// <value>The default is <see cref="SkipMethod.Plain"/>.</value>
    public SkipMethod Method { get; set => field = Given(value); }

    /// <summary>What is kept of computed evaluations and forecast.</summary>
    /// <value>The default is <see cref="KeptSubject.Published"/>.</value>
    public KeptSubject Keep { get; set => field = Given(value); }

    /// <summary>The order of the extrapolation.</summary>
    /// <value>
    /// m in TaylorSeer, 1 to 3. The default is 1. Used by <see cref="SkipMethod.Taylor"/>, <see cref="SkipMethod.Newton"/>, <see cref="SkipMethod.Hermite"/> and
    /// <see cref="SkipMethod.Phase"/>.
    /// </value>
    public int Order { get; set => field = Given(value); } = 1;

    /// <summary>How much of the forecast is used, against plain reuse; in <see cref="SkipMethod.Taylor"/> how much of each derivative.</summary>
    /// <value>In [0, 1]. The default is 1, the published formulas.</value>
    public float Damping { get; set => field = Given(value); } = 1;

    /// <summary>Along what forecasts run.</summary>
    /// <value>The default is <see cref="ExtrapolationCoordinate.Index"/>, as published.</value>
    public ExtrapolationCoordinate Coordinate { get; set => field = Given(value); }

    /// <summary>The most that Σ|w| of a forecast's weights may be. Larger ones are led back towards plain reuse, and records say so.</summary>
    /// <value>G, a finite number of at least 1. The default is <see langword="null"/>: no limit.</value>
    public float? MaximumGain { get; set => field = Given(value); }

    /// <summary>The scale of the Hermite polynomials.</summary>
    /// <value>σ, 0.01 to 2. The default is 0.5, as HiCache publishes; √½ is exact on lines. Used by <see cref="SkipMethod.Hermite"/>.</value>
    public float HermiteScale { get; set => field = Given(value); } = 0.5f;

    /// <summary>How soon the phase saturates.</summary>
    /// <value>α, 0.01 to 8. The default is 0.55, as ResilPhase publishes. Used by <see cref="SkipMethod.Phase"/>.</value>
    public float PhaseSharpness { get; set => field = Given(value); } = 0.55f;

    /// <summary>The highest degree of the Chebyshev polynomials.</summary>
    /// <value>m in Spectrum, 0 to 8. The default is 4. Used by <see cref="SkipMethod.Chebyshev"/>.</value>
    public int Degree { get; set => field = Given(value); } = 4;

    /// <summary>The ridge of the regression.</summary>
    /// <value>λ in Spectrum, 0.000001 to 1,000. The default is 0.1. Used by <see cref="SkipMethod.Chebyshev"/>.</value>
    public float Ridge { get; set => field = Given(value); } = 0.1f;

    /// <summary>How many computed evaluations are kept for the fit.</summary>
    /// <value>K in Spectrum, 2 to 32. The default is 10. Used by <see cref="SkipMethod.Chebyshev"/>, and by <see cref="SkipMethod.Modes"/> within 3 to 9.</value>
    public int History { get; set => field = Given(value); } = 10;

    /// <summary>Whether degrees 0 and 1 are left out of the ridge, so that what moves along a line is continued exactly.</summary>
    /// <value>The default is <see langword="false"/>, as published. Used by <see cref="SkipMethod.Chebyshev"/>.</value>
    public bool FreeLine { get; set => field = Given(value); }

    /// <summary>The upper bound of γ.</summary>
    /// <value>A finite number of at least 1. The default is 1.5 (2 for Wan). Used by <see cref="SkipMethod.Aligned"/>.</value>
    public float MaximumGamma { get; set => field = Given(value); } = 1.5f;

    /// <summary>Refuses alignment where there is nothing to align by.</summary>
    internal void RefuseAligned(OptionsProblems problems, string property, string why) => problems.Refuse(
        Method == SkipMethod.Aligned, $"{property}.{nameof(Method)}", Method, $"any other method: trajectory alignment needs a base and a probe, and {why}");

    /// <summary>For whole states, which have no base.</summary>
    internal Approximation OfOutput() => OfSubject(null, ForecastSubject.State);

    /// <summary>For residuals over the boundary that the published method adds to; alignment needs the stack's input and also the probe.</summary>
    internal Approximation OfResidual(BoundaryRef over, BoundaryRef input = default, BoundaryRef probe = default) =>
        Method == SkipMethod.Aligned ? new AlignTrajectory(input, probe, 1, MaximumGamma) : OfSubject(over, ForecastSubject.Residual);

    private Approximation OfSubject(BoundaryRef? over, ForecastSubject published)
    {
        var (from, subject) = Keep switch
        {
            KeptSubject.State => (null, ForecastSubject.State),
            KeptSubject.CleanPicture => ((BoundaryRef?)BoundaryRole.Latent, ForecastSubject.CleanPicture),
            _ => (over, published),
        };
        var limit = MaximumGain ?? double.PositiveInfinity;
        return (Method, subject) switch
        {
            (SkipMethod.Plain or SkipMethod.Aligned, ForecastSubject.State) => Approximation.ReuseOutput,
            (SkipMethod.Plain or SkipMethod.Aligned, ForecastSubject.Residual) => new AddResidual(from!.Value),
            (SkipMethod.Taylor, ForecastSubject.State or ForecastSubject.Residual) => new Extrapolate(Order, from, Coordinate, Damping) { MaximumGain = limit },
            _ => new LinearForecast(Weights(), from, subject) { MaximumGain = limit },
        };
    }

    private ForecastWeights Weights() => Method switch
    {
        SkipMethod.Taylor => new TaylorWeights(Order, Coordinate, Damping),
        SkipMethod.Newton => Damped(new NewtonWeights(Order, Coordinate)),
        SkipMethod.Hermite => Damped(new HermiteWeights(Order, HermiteScale, Coordinate)),
        SkipMethod.Phase => Damped(new PhaseWeights(Order, PhaseSharpness, Coordinate)),
        SkipMethod.Heun => Damped(new HeunWeights(Coordinate)),
        SkipMethod.Chebyshev => Damped(new ChebyshevWeights(Degree, Ridge, History, FreeLine, Coordinate)),
        SkipMethod.Modes => Damped(new ModesWeights(Math.Clamp(History, 3, ModesWeights.LongestWindow), Coordinate)),
        SkipMethod.MeanVelocity => Damped(new MeanVelocityWeights(Order + 1)),
        _ => new TaylorWeights(0),
    };

    private ForecastWeights Damped(ForecastWeights forecast) => Damping == 1 ? forecast : new BlendedWeights(new TaylorWeights(0), forecast, Damping);
}
