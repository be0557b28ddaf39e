using System.Globalization;
using System.Text;

namespace CachePolicies.Tool;

/// <summary>
/// A writer whose text no terminal obeys: names from a model, labels, prompts and messages of other libraries pass through it, so characters that steer a
/// terminal or turn the direction of writing are written as <c>\u001b</c>. Lines and tabs stay.
/// </summary>
/// <param name="inner">Takes what is left. Not owned.</param>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        var from = 0;
        for (var i = 0; i < buffer.Length; i++)
        {
            var isEndOfLine = buffer[i] == '\r' && buffer[i..].StartsWith("\r\n");
            if (!isEndOfLine && IsObeyed(buffer[i]))
            {
                inner.Write(buffer[from..i]);
                inner.Write(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)buffer[i]:x4}"));
                from = i + 1;
            }
        }

        inner.Write(buffer[from..]);
    }

    public override void WriteLine(ReadOnlySpan<char> buffer)
    {
        Write(buffer);
        inner.WriteLine();
    }

    public override void WriteLine(string? value) => WriteLine(value.AsSpan());

    public override void WriteLine() => inner.WriteLine();

    public override void Flush() => inner.Flush();

    /// <summary>Control characters but the end of a line and the tab, separators of lines and paragraphs, marks of direction.</summary>
    private static bool IsObeyed(char character) => character is not ('\n' or '\t')
        && (char.IsControl(character) || character is '\u2028' or '\u2029' or '\u200E' or '\u200F' or '\u061C' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
