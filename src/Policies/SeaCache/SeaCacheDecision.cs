namespace CachePolicies.Policies;

/// <summary>SeaCache's decisions as functions of numbers alone.</summary>
internal static class SeaCacheDecision
{
    /// <summary>The accumulator after a change; +∞ where that is not finite, so that the step is computed.</summary>
    public static double Accumulate(double accumulated, float distance)
    {
        var sum = accumulated + distance;
        return double.IsFinite(sum) ? sum : double.PositiveInfinity;
    }
}
