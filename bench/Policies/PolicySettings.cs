using CachePolicies.Policies;

namespace CachePolicies.Bench;

/// <summary>Settings that several benches use.</summary>
internal static class PolicySettings
{
    /// <summary>The signal's own change, which needs no fit.</summary>
    public static double[] Identity => [1, 0];

    /// <summary>What the half-damped extrapolation is called in tables.</summary>
    public const string ExtrapolatedName = "extrapolated (1st order in σ, half damped)";

    /// <summary>Extrapolates by the first order in σ, half damped, in place of plain reuse.</summary>
    public static void Extrapolate(this SkipApproximationOptions approximation)
    {
        approximation.Method = SkipMethod.Taylor;
        approximation.Order = 1;
        approximation.Coordinate = ExtrapolationCoordinate.Sigma;
        approximation.Damping = 0.5f;
    }
}
