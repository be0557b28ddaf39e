using System.Text.Json;

namespace CachePolicies.Server;

/// <summary>Reads <c>cachepolicies.overrides</c>: settings by name, as in configuration, with objects for nested ones and lists of numbers.</summary>
internal static class OverrideReader
{
    private const int MostSettings = 64;
    private const int LongestText = 512;

    /// <summary>The settings by their path, as text.</summary>
    /// <exception cref="ApiErrorException">Something is not a setting's value.</exception>
    public static IReadOnlyDictionary<string, string> Read(JsonElement? overrides)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (overrides is { ValueKind: not JsonValueKind.Null } given)
        {
            Collect(given, "", values, depth: 0);
        }

        return values;
    }

    private static void Collect(JsonElement element, string path, Dictionary<string, string> values, int depth)
    {
        if (element.ValueKind != JsonValueKind.Object || depth > 4)
        {
            throw Wrong(path, "an object of settings by name");
        }

        foreach (var property in element.EnumerateObject())
        {
            var name = path.Length == 0 ? property.Name : $"{path}:{property.Name}";
            if (property.Name.Trim().Length == 0 || name.Length > LongestText || values.Count >= MostSettings)
            {
                throw Wrong(name, $"at most {MostSettings} settings with names of at most {LongestText} characters");
            }

            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(property.Value, name, values, depth + 1);
            }
            else
            {
                values[name] = TextOf(property.Value, name);
            }
        }
    }

    private static string TextOf(JsonElement value, string path)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Null => "null",
            JsonValueKind.Array when value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Number) => string.Join(',', value.EnumerateArray().Select(i => i.GetRawText())),
            _ => throw Wrong(path, "a text, a number, true, false, null or a list of numbers"),
        };
        return text.Length <= LongestText ? text : throw Wrong(path, $"at most {LongestText} characters");
    }

    private static ApiErrorException Wrong(string path, string expected)
    {
        var parameter = path.Length == 0 ? "cachepolicies.overrides" : $"cachepolicies.overrides.{Excerpt.Of(path.Replace(':', '.'))}";
        return new ApiErrorException(ApiError.Invalid($"'{parameter}' cannot be used; expected {expected}.", parameter, "invalid_type"));
    }
}
