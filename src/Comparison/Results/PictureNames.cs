using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>
/// Names of picture files that no two runs share, whatever their labels: characters that a file name may lack are replaced, and where two labels become
/// one name the later gets a number. Case does not tell two names apart, as on many file systems.
/// </summary>
internal sealed class PictureNames
{
    private const int LongestLabel = 60;

    private readonly Dictionary<string, string> _stems = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The file of a picture relative to the results.</summary>
    /// <param name="label">The run's label.</param>
    /// <param name="prompt">The prompt's position, from 0.</param>
    /// <param name="seed">The seed.</param>
    public string Of(string label, int prompt, long seed) => string.Create(CultureInfo.InvariantCulture, $"images/{StemOf(label)}-{prompt + 1}-{seed}.png");

    private string StemOf(string label)
    {
        if (_stems.TryGetValue(label, out var known))
        {
            return known;
        }

        var safe = string.Concat(label.Take(LongestLabel).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        var stem = safe;
        for (var number = 2; !_taken.Add(stem); number++)
        {
            stem = string.Create(CultureInfo.InvariantCulture, $"{safe}~{number}");
        }

        return _stems[label] = stem;
    }
}
