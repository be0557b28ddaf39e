using System.Text;
using ADRaffy.ENSNormalize;

namespace CachePolicies.Diffusers;

/// <summary>
/// CLIP's normalisation of a prompt as Hugging Face's tokenizers define it: Unicode NFC, each run of white space to one space, lower case.
/// </summary>
internal static class ClipNormalizer
{
    // .NET's own Normalize returns its input unchanged where the process runs without ICU (InvariantGlobalization), hence the library.
    private static readonly NF Forms = ENSNormalize.NF;

    /// <summary>The normalised text; unpaired surrogates come out as U+FFFD.</summary>
    public static string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        var inSpace = false;
        foreach (var rune in Composed(text))
        {
            if (Rune.IsWhiteSpace(rune))
            {
                if (!inSpace)
                {
                    result.Append(' ');
                }

                inSpace = true;
                continue;
            }

            inSpace = false;
            if (rune.Value == 0x130)
            {
                // The one letter whose lower case is two characters: İ becomes i and a combining dot (Unicode's SpecialCasing).
                result.Append("i\u0307");
            }
            else
            {
                Append(result, Rune.ToLowerInvariant(rune));
            }
        }

        return result.ToString();
    }

    private static IEnumerable<Rune> Composed(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text.EnumerateRunes().ToArray();
        }

        return Forms.NFC(text.EnumerateRunes().Select(r => r.Value)).Select(value => new Rune(value));
    }

    private static void Append(StringBuilder result, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        result.Append(units[..rune.EncodeToUtf16(units)]);
    }
}
