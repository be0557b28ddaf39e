namespace CachePolicies.Policies;

/// <summary>TaylorSeer's decisions as functions of numbers alone.</summary>
internal static class TaylorSeerDecision
{
    /// <summary>Whether the next evaluation is extrapolated, so that one of <paramref name="interval"/> in a row is computed.</summary>
    /// <param name="interval">N, at least 1.</param>
    /// <param name="sinceComputed">How many were extrapolated since the last computed one.</param>
    public static bool Extrapolates(int interval, int sinceComputed) => sinceComputed < interval - 1;
}
