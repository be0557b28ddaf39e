namespace CachePolicies.Comparison;

/// <summary>Whether the times of a comparison can be believed. On a loaded machine they cannot, and then rankings go by the ideal speed-ups.</summary>
/// <param name="Spread">The quartile range of the uncached runs over their median. They all do the same work.</param>
/// <param name="IsUsable">Whether the uncached runs agree and no policy is faster than its skipped stages allow.</param>
public sealed record ClockQuality(double Spread, bool IsUsable)
{
    /// <summary>A policy cannot be faster than its ideal; above this part of it, what was measured is noise.</summary>
    public const double MostRealised = 1.05;

    /// <summary>Uncached runs that differ by more than this make every ratio doubtful.</summary>
    public const double MostSpread = 0.25;

    /// <summary>Judges a comparison.</summary>
    /// <param name="uncached">The times of the uncached runs.</param>
    /// <param name="realised">Of each policy, the realised part of its ideal speed-up.</param>
    public static ClockQuality Of(IReadOnlyCollection<double> uncached, IEnumerable<double> realised)
    {
        var valid = uncached.Where(IsTime).ToArray();
        var spread = valid.Length == 0 ? double.NaN : (valid.Quantile(0.75) - valid.Quantile(0.25)) / valid.Median();
        return new ClockQuality(spread, valid.Length == uncached.Count && spread <= MostSpread && !realised.Any(IsNoise));
    }

    /// <summary>Whether a realised part of the ideal can only be noise.</summary>
    public static bool IsNoise(double realised) => !(realised <= MostRealised);

    /// <summary>The part of the ideal speed-up that runs reached: the fastest uncached run over the policy's run that lost least.</summary>
    /// <param name="uncached">The times of the uncached runs.</param>
    /// <param name="runs">The policy's times, each with the run's ideal speed-up.</param>
    /// <returns>NaN where either has no time.</returns>
    internal static double RealisedOf(IEnumerable<double> uncached, IEnumerable<(double Seconds, double Ideal)> runs)
    {
        var fastest = uncached.Where(IsTime).DefaultIfEmpty(double.NaN).Min();
        return fastest / runs.Where(r => IsTime(r.Seconds)).Select(r => r.Seconds * r.Ideal).DefaultIfEmpty(double.NaN).Min();
    }

    /// <summary>Whether a duration is one: some clocks stand still or run backwards.</summary>
    internal static bool IsTime(double seconds) => seconds > 0 && double.IsFinite(seconds);
}
