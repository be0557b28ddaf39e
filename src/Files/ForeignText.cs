using System.Globalization;
using System.Text;

namespace CachePolicies.Files;

/// <summary>Text from outside (a file's name, a prompt, a message of another library) on its way into a message.</summary>
public static class ForeignText
{
    /// <summary>The characters that a message shows of a text unless it says otherwise.</summary>
    public const int DefaultLength = 200;

    /// <summary>
    /// The text as a message can show it: characters that steer a terminal or turn the direction of writing are replaced by their number, and a long
    /// text is cut in the middle.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="maximumLength">The most characters of it that are shown, at least 16.</param>
    public static string Show(string? text, int maximumLength = DefaultLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumLength, 16);
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        if (text.Length > maximumLength)
        {
            var half = (maximumLength - 3) / 2;
            text = $"{text.AsSpan(0, half)}...{text.AsSpan(text.Length - half)}";
        }

        return text.Any(IsUnseen) ? Escape(text) : text;
    }

    private static bool IsUnseen(char character) =>
        CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(string text)
    {
        var shown = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            if (IsUnseen(character))
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                shown.Append(character);
            }
        }

        return shown.ToString();
    }
}
