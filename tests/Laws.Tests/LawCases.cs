using System.Globalization;

namespace CachePolicies.Laws.Tests;

/// <summary>How many cases each law is checked over.</summary>
internal static class LawCases
{
    /// <summary>The number that CACHEPOLICIES_MAX_TEST gives for a long run, or the law's own.</summary>
    public static int Or(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("CACHEPOLICIES_MAX_TEST"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : usual;
}
