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
public sealed class SkipApproximationOptions
{
    /// <summary>Which formula.</summary>
    /// <value>The default is <see cref="SkipMethod.Plain"/>.</value>
    public SkipMethod Method { get; set; }

    /// <summary>The order of the extrapolation.</summary>
    /// <value>m in TaylorSeer, 1 or 2. The default is 1. Used by <see cref="SkipMethod.Taylor"/>.</value>
    public int Order { get; set; } = 1;

    /// <summary>How much of each derivative is used.</summary>
    /// <value>In [0, 1]. The default is 1, the published formula. Used by <see cref="SkipMethod.Taylor"/>.</value>
    public float Damping { get; set; } = 1;

    /// <summary>Along what the derivatives are taken.</summary>
    /// <value>The default is <see cref="ExtrapolationCoordinate.Index"/>, as published. Used by <see cref="SkipMethod.Taylor"/>.</value>
    public ExtrapolationCoordinate Coordinate { get; set; }

    /// <summary>The upper bound of γ.</summary>
    /// <value>A finite number of at least 1. The default is 1.5 (2 for Wan). Used by <see cref="SkipMethod.Aligned"/>.</value>
    public float MaximumGamma { get; set; } = 1.5f;

    internal void Check(OptionsProblems problems, string property, string? whyNotAligned = null)
    {
        problems.RequireDefined(Method, $"{property}.{nameof(Method)}");
        problems.RequireBetween(1, 2, Order, $"{property}.{nameof(Order)}");
        problems.RequireBetween(0, 1, Damping, $"{property}.{nameof(Damping)}");
        problems.RequireDefined(Coordinate, $"{property}.{nameof(Coordinate)}");
        problems.RequireFiniteAtLeast(1, MaximumGamma, $"{property}.{nameof(MaximumGamma)}");
        if (Method == SkipMethod.Aligned && whyNotAligned is not null)
        {
            problems.Add($"{property}.{nameof(Method)}", Method, $"trajectory alignment needs a base and a probe, and {whyNotAligned}; Plain or Taylor is right");
        }
    }

    /// <summary>For whole states, which have no base.</summary>
    internal Approximation OfOutput() => Method == SkipMethod.Taylor ? new Extrapolate(Order, null, Coordinate, Damping) : Approximation.ReuseOutput;

    /// <summary>For residuals over the boundary that the published method adds to; alignment needs the stack's input and the probe besides.</summary>
    internal Approximation OfResidual(BoundaryRef over, BoundaryRef input = default, BoundaryRef probe = default) => Method switch
    {
        SkipMethod.Taylor => new Extrapolate(Order, over, Coordinate, Damping),
        SkipMethod.Aligned => new AlignTrajectory(input, probe, 1, MaximumGamma),
        _ => new AddResidual(over),
    };
}
