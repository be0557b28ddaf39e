using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CachePolicies.Tool;

/// <summary>JSON as the tool writes it: one object a line; a number that JSON lacks is the text <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c>.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    public static void Write(TextWriter writer, JsonNode value) => writer.WriteLine(Text(value));

    public static string Text(JsonNode value, bool indented = false) => value.ToJsonString(indented ? Indented : OneLine);

    public static JsonNode? Number(float? value) => value switch
    {
        null => null,
        float.NaN => JsonValue.Create("NaN"),
        float.PositiveInfinity => JsonValue.Create("Infinity"),
        float.NegativeInfinity => JsonValue.Create("-Infinity"),
        { } number => JsonValue.Create(number),
    };

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

    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);
}
