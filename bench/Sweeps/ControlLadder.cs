namespace CachePolicies.Bench;

/// <summary>Numbers of steps for the controls of a sweep, whose policies are too many to have one each.</summary>
internal static class ControlLadder
{
    private const double Fewest = 0.05;
    private const double Most = 0.8;
    private const double Ratio = 1.3;

    /// <summary>From a twentieth of the steps to most of them, rising by about the same ratio.</summary>
    public static IReadOnlyList<int> Of(int steps)
    {
        var counts = new SortedSet<int> { Math.Max(1, (int)(Most * steps)) };
        for (var count = Math.Max(1, Fewest * steps); count < Most * steps; count *= Ratio)
        {
            counts.Add((int)Math.Round(count));
        }

        return [.. counts];
    }
}
