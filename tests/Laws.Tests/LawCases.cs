using System.Globalization;

namespace CachePolicies.Laws.Tests;

/// <summary>How many cases each law is checked over.</summary>
internal static class LawCases
{
    /// <summary>Whether CACHEPOLICIES_MAX_TEST is set.</summary>
    public static bool IsLongRun => Given is not null;

    private static int? Given { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("CACHEPOLICIES_MAX_TEST"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : null;

    /// <summary>The number that CACHEPOLICIES_MAX_TEST gives for a long run, or 10,000.</summary>
    public static int PerLaw { get; } = Or(10_000);

    /// <summary>The cases of one of several policies that share a law: together they are the law's 10,000; in a long run each gets the number given.</summary>
    public static int OfOne(int policies) => Or((10_000 + policies - 1) / policies);

    private static int Or(int usual) => Given ?? usual;
}
