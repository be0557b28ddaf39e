namespace CachePolicies.Tool;

/// <summary>Names as people type them.</summary>
internal static class Names
{
    /// <summary>The name without case, dashes, underscores and spaces: <c>H2-Cache</c> is <c>h2cache</c>.</summary>
    public static string Fold(string name) => string.Concat(name.Where(c => c is not ('-' or '_' or ' '))).ToLowerInvariant();

    public static bool AreEqual(string left, string right) => string.Equals(Fold(left), Fold(right), StringComparison.Ordinal);

    /// <summary>The candidate that was probably meant, or <see langword="null"/> where none is near.</summary>
    public static string? Nearest(string typed, IEnumerable<string> candidates)
    {
        var folded = Fold(typed);
        var (best, distance) = candidates
            .Select(c => (Candidate: c, Distance: EditDistance(folded, Fold(c))))
            .OrderBy(p => p.Distance)
            .ThenBy(p => p.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best is not null && distance <= Math.Max(2, best.Length / 2) ? best : null;
    }

    /// <summary>A sentence for a name that is not known: the nearest one, and all there are.</summary>
    public static UsageException Unknown(string what, string typed, IReadOnlyCollection<string> known)
    {
        var suggestion = Nearest(typed, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return new UsageException($"There is no {what} '{typed}'.{suggestion} There are: {string.Join(", ", known)}.");
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
