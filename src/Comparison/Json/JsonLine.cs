using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CachePolicies.Comparison;

/// <summary>JSON as results are written: one object per line; a number that JSON lacks is the text <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c>.</summary>
public static class JsonLine
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    /// <summary>Writes a line.</summary>
    public static void Write(TextWriter writer, JsonNode value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine(Text(value));
    }

    /// <summary>The text of a value.</summary>
    public static string Text(JsonNode value, bool indented = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.ToJsonString(indented ? Indented : OneLine);
    }

    /// <summary>A number, or its name where JSON lacks it.</summary>
    public static JsonNode? Number(float? value) => value switch
    {
        null => null,
        float.NaN => JsonValue.Create("NaN"),
        float.PositiveInfinity => JsonValue.Create("Infinity"),
        float.NegativeInfinity => JsonValue.Create("-Infinity"),
        { } number => JsonValue.Create(number),
    };

    /// <summary>A number, or its name where JSON lacks it.</summary>
    public static JsonNode? Number(double? value) => value switch
    {
        null => null,
        double.NaN => JsonValue.Create("NaN"),
        double.PositiveInfinity => JsonValue.Create("Infinity"),
        double.NegativeInfinity => JsonValue.Create("-Infinity"),
        { } number => JsonValue.Create(number),
    };

    /// <summary>A number without digits that mean nothing.</summary>
    public static JsonNode? Rounded(double? value, int digits) => Number(value is { } number && double.IsFinite(number) ? Math.Round(number, digits) : value);

    /// <summary>A rounded figure of a comparison; <c>null</c> where there is none, and where JSON has no such number.</summary>
    public static JsonNode? Figure(double? value, int digits) => value is { } number && double.IsFinite(number) ? Rounded(number, digits) : null;

    /// <summary>A list.</summary>
    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);

    /// <summary>A list of texts.</summary>
    public static JsonArray Texts(IEnumerable<string> items) => Array(items.Select(i => (JsonNode?)i));
}
