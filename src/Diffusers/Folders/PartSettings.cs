using System.Globalization;
using System.Text.Json;

namespace CachePolicies.Diffusers;

/// <summary>The settings of a part (<c>config.json</c>), with what a message needs to name the file. A missing file has no settings.</summary>
public sealed class PartSettings
{
    private readonly JsonElement _root;

    private PartSettings(string path, JsonElement root) => (Path, _root) = (path, root);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether there is a file.</summary>
    public bool Exists => _root.ValueKind == JsonValueKind.Object;

    /// <summary>Reads a file; one that is not there gives no settings.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read or is not a JSON object.</exception>
    public static PartSettings Read(string path)
    {
        if (!File.Exists(path))
        {
            return new(path, default);
        }

        using var document = SettingsFile.Parse(path);
        return new(path, document.RootElement.Clone());
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="InvalidDataException">It is another thing, or out of range.</exception>
    public int? Integer(string key, int least = 1, int most = 1 << 20) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number
        : throw Wrong(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    /// <summary>A finite number.</summary>
    /// <exception cref="InvalidDataException">It is another thing.</exception>
    public float? Number(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number) ? number
        : throw Wrong(key, value, "a finite number");

    /// <summary>True or false.</summary>
    /// <exception cref="InvalidDataException">It is another thing.</exception>
    public bool? Flag(string key) => Find(key) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(key, value, "true or false");

    /// <summary>A text.</summary>
    /// <exception cref="InvalidDataException">It is another thing.</exception>
    public string? Text(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(key, value, "a text");

    /// <summary>A list of finite numbers.</summary>
    /// <exception cref="InvalidDataException">It is another thing.</exception>
    public float[]? Numbers(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number && e.TryGetSingle(out var n) && float.IsFinite(n))
            ? [.. value.EnumerateArray().Select(e => e.GetSingle())]
            : throw Wrong(key, value, "a list of numbers");

    /// <summary>How many entries a list has.</summary>
    /// <exception cref="InvalidDataException">It is another thing, or empty.</exception>
    public int? Count(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is > 0 and <= 64 and var count ? count
        : throw Wrong(key, value, "a list of 1 to 64 entries");

    private JsonElement? Find(string key) =>
        Exists && _root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidDataException Wrong(string key, JsonElement value, string expected)
    {
        var shown = value.GetRawText();
        return new($"'{Path}' has '{key}': {(shown.Length > 40 ? shown[..40] + "…" : shown)}; expected {expected}.");
    }
}
