using System.Globalization;
using System.Text;

namespace CachePolicies;

/// <summary>Text of somebody else's in a message of ours: cut to a length, and nothing in it that a terminal obeys.</summary>
public static class Excerpt
{
    /// <summary>The usual length.</summary>
    public const int Length = 80;

    /// <summary>The beginning of a text, with an ellipsis where it goes on; control and formatting characters as <c>\u001b</c>, halves of surrogate pairs too.</summary>
    /// <param name="text">Any text; <see langword="null"/> is shown as <c>null</c>.</param>
    /// <param name="maximum">The most characters of the text that are shown, at least 1.</param>
    public static string Of(string? text, int maximum = Length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        if (text is null)
        {
            return "null";
        }

        var shown = Math.Min(text.Length, maximum);
        if (shown < text.Length && char.IsHighSurrogate(text[shown - 1]))
        {
            shown--;
        }

        var result = new StringBuilder(shown + 1);
        for (var i = 0; i < shown; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                result.Append(text, i++, 2);
            }
            else if (IsHarmless(text[i]))
            {
                result.Append(text[i]);
            }
            else
            {
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
        }

        return shown < text.Length ? result.Append('…').ToString() : result.ToString();
    }

    private static bool IsHarmless(char character) => char.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
