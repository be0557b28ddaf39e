namespace CachePolicies.Policies;

/// <summary>TeaCache's decisions as functions of numbers alone.</summary>
internal static class TeaCacheDecision
{
    /// <summary>The polynomial's value by Horner's rule, in float64; coefficients from the highest power down.</summary>
    public static double Evaluate(ReadOnlySpan<double> coefficients, double x)
    {
        double value = 0;
        foreach (var coefficient in coefficients)
        {
            value = (value * x) + coefficient;
        }

        return value;
    }

    /// <summary>
    /// The accumulator after a change of the signal: plus the polynomial's value, or plus 0 where that is negative and clamped. +∞ where
    /// distance or sum is not finite, so that the step is computed whatever sign an overflow has.
    /// </summary>
    public static double Accumulate(double accumulated, float distance, ReadOnlySpan<double> coefficients, bool clampNegative)
    {
        if (!float.IsFinite(distance))
        {
            return double.PositiveInfinity;
        }

        var change = Evaluate(coefficients, distance);
        var sum = accumulated + (clampNegative && change < 0 ? 0 : change);
        return double.IsFinite(sum) ? sum : double.PositiveInfinity;
    }
}
