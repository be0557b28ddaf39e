using System.Globalization;
using System.Text;

namespace CachePolicies;

/// <summary>Text from outside (a prompt, a file's name, a message of another library) in a message of ours: cut to a length, and nothing in it that a terminal obeys.</summary>
public static class Excerpt
{
    /// <summary>The usual length.</summary>
    public const int Length = 80;

    /// <summary>The usual length of a path.</summary>
    public const int PathLength = 200;

    private const char Ellipsis = '…';

    /// <summary>The beginning of a text, with an ellipsis where it goes on; control and formatting characters as <c>\u001b</c>, halves of surrogate pairs too.</summary>
    /// <param name="text">Any text; <see langword="null"/> is shown as <c>null</c>.</param>
    /// <param name="maximum">The most characters of the text that are shown, at least 1.</param>
    public static string Of(string? text, int maximum = Length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        return text is null ? "null"
            : text.Length <= maximum ? Show(text, null)
            : Show(text.AsSpan(0, WholeFrom(text, maximum)), Ellipsis);
    }

    /// <summary>A path as <see cref="Of"/> shows it, but where it is too long its beginning and its end.</summary>
    /// <param name="path">Any text; <see langword="null"/> is shown as <c>null</c>.</param>
    /// <param name="maximum">The most characters of the text that are shown, at least 2.</param>
    public static string OfPath(string? path, int maximum = PathLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 2);
        if (path is null || path.Length <= maximum)
        {
            return Of(path, maximum);
        }

        var end = path.Length - (maximum / 2);
        end += char.IsLowSurrogate(path[end]) && char.IsHighSurrogate(path[end - 1]) ? 1 : 0;
        return Show(path.AsSpan(0, WholeFrom(path, maximum - (maximum / 2))), Ellipsis) + Show(path.AsSpan(end), null);
    }

    /// <summary>As many characters from the beginning, or one fewer where a surrogate pair would be cut in two.</summary>
    private static int WholeFrom(string text, int count) => char.IsHighSurrogate(text[count - 1]) && char.IsLowSurrogate(text[count]) ? count - 1 : count;

    private static string Show(ReadOnlySpan<char> text, char? then)
    {
        var shown = new StringBuilder(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                shown.Append(text.Slice(i++, 2));
            }
            else if (IsHarmless(text[i]))
            {
                shown.Append(text[i]);
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
        }

        return shown.Append(then).ToString();
    }

    private static bool IsHarmless(char character) => char.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
