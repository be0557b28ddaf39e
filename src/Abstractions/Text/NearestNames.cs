namespace CachePolicies;

/// <summary>Finds the names that somebody who misspelt one may have meant. The work is bounded whatever is typed.</summary>
public static class NearestNames
{
    /// <summary>A word of more characters is not a misspelt name, and is compared with none.</summary>
    public const int LongestWord = 64;

    private const int MostCandidates = 20_000;

    /// <summary>The candidates at the least edit distance, nearest first; only those nearer than replacing half of the word.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="candidates">The names there are; those after the first 20,000 are not looked at.</param>
    /// <param name="count">The most that are returned.</param>
    public static IReadOnlyList<string> Of(string word, IEnumerable<string> candidates, int count = 1)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        if (word.Length is 0 or > LongestWord)
        {
            return [];
        }

        var farthest = Math.Max(2, word.Length / 2);
        return
        [
            .. candidates
                .Take(MostCandidates)
                .Where(c => Math.Abs(c.Length - word.Length) <= farthest)
                .Select(c => (Name: c, Distance: Distance(word, c)))
                .Where(c => c.Distance <= farthest && c.Distance < Math.Max(word.Length, c.Name.Length))
                .OrderBy(c => c.Distance)
                .ThenBy(c => c.Name, StringComparer.Ordinal)
                .Take(count)
                .Select(c => c.Name),
        ];
    }

    /// <summary>A sentence that offers the nearest candidates, or lists the candidates where none is near.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="candidates">The names there are.</param>
    public static string Suggest(string word, IReadOnlyCollection<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        const int Listed = 40;
        return Of(word, candidates, 2) is { Count: > 0 } nearest ? $"Did you mean {string.Join(" or ", nearest)}?"
            : candidates.Count == 0 ? "There are none."
            : $"Known: {string.Join(", ", candidates.Take(Listed))}{(candidates.Count > Listed ? ", …" : "")}.";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that lead from one word to the other, whatever their case.</summary>
    internal static int Distance(string from, string to)
    {
        var (before, last, current) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var j = 0; j <= to.Length; j++)
        {
            current[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            (before, last, current) = (last, current, before);
            current[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var same = Same(from[i - 1], to[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + same);
                if (i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]))
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }
        }

        return current[to.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
