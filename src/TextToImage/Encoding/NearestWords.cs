namespace CachePolicies.TextToImage;

/// <summary>Finds what somebody may have meant.</summary>
public static class NearestWords
{
    /// <summary>The longest word that is compared: the work grows with the square of the length.</summary>
    private const int Longest = 64;

    /// <summary>The words at the least edit distance, at most <paramref name="count"/>; only those nearer than replacing most of the word; none for a word that is longer than words are.</summary>
    public static IReadOnlyList<string> Of(string word, IEnumerable<string> known, int count) => word.Length > Longest ? [] :
    [
        .. known
            .Where(k => k.Length <= Longest)
            .Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(k => k.Distance <= Math.Max(2, word.Length / 2))
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Word, StringComparer.Ordinal)
            .Take(count)
            .Select(k => k.Word),
    ];

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
