namespace CachePolicies.Policies;

/// <summary>EasyCache's decisions as functions of numbers alone.</summary>
internal static class EasyCacheDecision
{
    /// <summary>The accumulator after a change of the input: plus k · mean|Δx| / mean|v_last|; +∞ where that is not finite, so that the step is computed.</summary>
    public static double Accumulate(double accumulated, double rate, float inputChange, float outputMagnitude)
    {
        var sum = accumulated + (rate * inputChange / outputMagnitude);
        return double.IsFinite(sum) ? sum : double.PositiveInfinity;
    }
}
