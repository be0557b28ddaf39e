using System.Globalization;

namespace CachePolicies.Diffusers;

/// <summary>
/// Numbers that JSON has no form for and Python writes all the same: <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>. They are put in quotation marks before
/// the text is parsed, and read as numbers after.
/// </summary>
internal static class NonFiniteNumbers
{
    private static readonly string[] Written = ["-Infinity", "Infinity", "NaN"];

    /// <summary>The same text with such numbers as strings.</summary>
    public static string Quote(string json)
    {
        if (!Array.Exists(Written, w => json.Contains(w, StringComparison.Ordinal)))
        {
            return json;
        }

        var quoted = new System.Text.StringBuilder(json.Length + 16);
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var word = inString ? null : Array.Find(Written, w => string.CompareOrdinal(json, i, w, 0, w.Length) == 0);
            if (word is not null)
            {
                quoted.Append('"').Append(word).Append('"');
                i += word.Length - 1;
                continue;
            }

            quoted.Append(json[i]);
            if (inString && json[i] == '\\' && i + 1 < json.Length)
            {
                quoted.Append(json[++i]);
            }
            else if (json[i] == '"')
            {
                inString = !inString;
            }
        }

        return quoted.ToString();
    }

    /// <summary>Reads a number that is written as a string.</summary>
    public static bool TryParse(string? text, out double number)
    {
        (var known, number) = text switch
        {
            "NaN" or "nan" => (true, double.NaN),
            "Infinity" or "inf" => (true, double.PositiveInfinity),
            "-Infinity" or "-inf" => (true, double.NegativeInfinity),
            _ => (false, 0),
        };
        return known || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}
