using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace CachePolicies.Diffusers;

/// <summary>
/// CLIP's split into words (openai/CLIP, <c>simple_tokenizer.py</c>): contractions <c>'s 't 're 've 'm 'll 'd</c>, runs of letters, single digits,
/// and runs of everything else but white space. Written over code points, since .NET's regular expressions see the letters beyond U+FFFF as two symbols.
/// </summary>
internal sealed class ClipPreTokenizer : PreTokenizer
{
    // Merging is quadratic in a word's length. No window in use sees further than this into a word, so longer ones are encoded in pieces.
    private const int LongestWord = 1024;

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Words(text);
    }

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Words(text.ToString());

    private static List<(int Offset, int Length)> Words(string text)
    {
        var words = new List<(int, int)>();
        var start = 0;
        while (start < text.Length)
        {
            var kind = KindAt(text, start, out var length);
            if (kind == Kind.Space)
            {
                start += length;
                continue;
            }

            if (kind == Kind.Other && ContractionAt(text, start) is { } contraction)
            {
                length = contraction;
            }
            else if (kind != Kind.Number)
            {
                while (length < LongestWord && start + length < text.Length && KindAt(text, start + length, out var more) == kind)
                {
                    length += more;
                }
            }

            words.Add((start, length));
            start += length;
        }

        return words;
    }

    private static int? ContractionAt(string text, int start)
    {
        foreach (var contraction in Contractions)
        {
            if (string.CompareOrdinal(text, start, contraction, 0, contraction.Length) == 0)
            {
                return contraction.Length;
            }
        }

        return null;
    }

    private static Kind KindAt(string text, int index, out int length)
    {
        if (!Rune.TryGetRuneAt(text, index, out var rune))
        {
            length = 1;
            return Kind.Other;
        }

        length = rune.Utf16SequenceLength;
        return Rune.IsWhiteSpace(rune) ? Kind.Space : Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
