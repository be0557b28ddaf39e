namespace CachePolicies.Policies;

/// <summary>How a policy that decided to skip makes the skipped state.</summary>
public enum SkipMethod
{
    /// <summary>As the published method does it: the cached output, or the base plus the cached residual.</summary>
    Plain,

    /// <summary>TaylorSeer's extrapolation over the last computed evaluations.</summary>
    Taylor,

    /// <summary>DiCache's trajectory alignment, for policies that run a probe before they decide.</summary>
    Aligned,
}

/// <summary>How skipped state is made; combines with every policy's decisions.</summary>
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
        .With(nameof(Order), OptionTypes.Between(1, 2), static o => o.Order, static (o, v) => o.Order = v)
        .With(nameof(Damping), OptionTypes.Between(0f, 1f), static o => o.Damping, static (o, v) => o.Damping = v)
        .With(nameof(Coordinate), OptionTypes.OneOf<ExtrapolationCoordinate>(), static o => o.Coordinate, static (o, v) => o.Coordinate = v)
        .With(nameof(MaximumGamma), OptionTypes.FiniteAtLeast(1), static o => o.MaximumGamma, static (o, v) => o.MaximumGamma = v);

    /// <summary>Which formula.</summary>
    /// <value>The default is <see cref="SkipMethod.Plain"/>.</value>
    public SkipMethod Method { get; set => field = Given(value); }

    /// <summary>The order of the extrapolation.</summary>
    /// <value>m in TaylorSeer, 1 or 2. The default is 1. Used by <see cref="SkipMethod.Taylor"/>.</value>
    public int Order { get; set => field = Given(value); } = 1;

    /// <summary>How much of each derivative is used.</summary>
    /// <value>In [0, 1]. The default is 1, the published formula. Used by <see cref="SkipMethod.Taylor"/>.</value>
    public float Damping { get; set => field = Given(value); } = 1;

    /// <summary>Along what the derivatives are taken.</summary>
    /// <value>The default is <see cref="ExtrapolationCoordinate.Index"/>, as published. Used by <see cref="SkipMethod.Taylor"/>.</value>
    public ExtrapolationCoordinate Coordinate { get; set => field = Given(value); }

    /// <summary>The upper bound of γ.</summary>
    /// <value>A finite number of at least 1. The default is 1.5 (2 for Wan). Used by <see cref="SkipMethod.Aligned"/>.</value>
    public float MaximumGamma { get; set => field = Given(value); } = 1.5f;

    /// <summary>Refuses alignment where there is nothing to align by.</summary>
    internal void RefuseAligned(OptionsProblems problems, string property, string why) => problems.Refuse(
        Method == SkipMethod.Aligned, $"{property}.{nameof(Method)}", Method, $"Plain or Taylor: trajectory alignment needs a base and a probe, and {why}");

    /// <summary>For whole states, which have no base.</summary>
    internal Approximation OfOutput() => Method == SkipMethod.Taylor ? new Extrapolate(Order, null, Coordinate, Damping) : Approximation.ReuseOutput;

    /// <summary>For residuals over the boundary that the published method adds to; alignment needs the stack's input and also the probe.</summary>
    internal Approximation OfResidual(BoundaryRef over, BoundaryRef input = default, BoundaryRef probe = default) => Method switch
    {
        SkipMethod.Taylor => new Extrapolate(Order, over, Coordinate, Damping),
        SkipMethod.Aligned => new AlignTrajectory(input, probe, 1, MaximumGamma),
        _ => new AddResidual(over),
    };
}
