using System.Text.Json;

namespace CachePolicies.Diffusers;

/// <summary>
/// What <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c>, <c>added_tokens.json</c> and <c>tokenizer.json</c> says in addition to the vocabulary.
/// Any of them may be missing; where two name the same token, the first in this order counts.
/// </summary>
internal sealed class TokenizerSettings
{
    // transformers writes this for "no limit".
    private const double LargestLength = 1_000_000;

    private readonly Dictionary<string, SpecialToken> _added = new(StringComparer.Ordinal);

    /// <summary>The class that wrote the folder, <c>CLIPTokenizer</c>, or <see langword="null"/>.</summary>
    public string? Class { get; private set; }

    /// <summary>The longest input, or <see langword="null"/>.</summary>
    public int? MaximumLength { get; private set; }

    public string? BeginToken { get; private set; }

    public string? EndToken { get; private set; }

    public string? PadToken { get; private set; }

    public string? UnknownToken { get; private set; }

    public static TokenizerSettings Read(string folder)
    {
        var settings = new TokenizerSettings();
        foreach (var name in (string[])["tokenizer_config.json", "special_tokens_map.json"])
        {
            if (Existing(folder, name) is { } file)
            {
                using var json = TokenizerFiles.ReadJson(file);
                settings.Take(Object(json.RootElement, file), file);
            }
        }

        if (Existing(folder, "added_tokens.json") is { } addedFile)
        {
            using var json = TokenizerFiles.ReadJson(addedFile);
            foreach (var token in Object(json.RootElement, addedFile).EnumerateObject())
            {
                settings.Add(token.Name, Id(token.Value), normalized: false, addedFile);
            }
        }

        if (Existing(folder, "tokenizer.json") is { } whole)
        {
            using var json = TokenizerFiles.ReadJson(whole);
            if (Object(json.RootElement, whole).TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
            {
                foreach (var token in added.EnumerateArray())
                {
                    settings.AddDescribed(token, token.ValueKind == JsonValueKind.Object && token.TryGetProperty("id", out var id) ? Id(id) : null, whole);
                }
            }
        }

        return settings;
    }

    /// <summary>The special tokens with their ids: those that the files list, and those that they name as beginning, end, padding or unknown.</summary>
    /// <param name="vocabulary">Where the ids of tokens that are only named come from.</param>
    /// <param name="defaults">Tokens that are special even where no file says so.</param>
    public IReadOnlyList<SpecialToken> SpecialTokens(IReadOnlyDictionary<string, int> vocabulary, params ReadOnlySpan<string> defaults)
    {
        var tokens = new Dictionary<string, SpecialToken>(_added, StringComparer.Ordinal);
        foreach (var named in (string?[])[.. defaults, BeginToken, EndToken, PadToken, UnknownToken])
        {
            if (named is not null && !tokens.ContainsKey(named) && vocabulary.TryGetValue(named, out var id))
            {
                tokens[named] = new SpecialToken(named, id, Normalized: false);
            }
        }

        return [.. tokens.Values];
    }

    /// <summary>The id of a special token.</summary>
    /// <exception cref="TokenizerException">Neither the special tokens nor the vocabulary have it.</exception>
    public static int IdOf(string token, IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<SpecialToken> special, string purpose)
    {
        foreach (var candidate in special)
        {
            if (candidate.Text == token)
            {
                return candidate.Id;
            }
        }

        return vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new TokenizerException($"The tokenizer's {purpose} token is '{TokenizerFiles.Short(token)}', which its vocabulary of {vocabulary.Count} tokens lacks.");
    }

    /// <summary>A file of the folder, or <see langword="null"/> where it is missing.</summary>
    public static string? Existing(string folder, string name) => Path.Combine(folder, name) is var file && File.Exists(file) ? file : null;

    private void Take(JsonElement json, string file)
    {
        Class ??= Text(json, "tokenizer_class");
        BeginToken ??= Token(json, "bos_token");
        EndToken ??= Token(json, "eos_token");
        PadToken ??= Token(json, "pad_token");
        UnknownToken ??= Token(json, "unk_token");
        if (MaximumLength is null && json.TryGetProperty("model_max_length", out var length) && length.ValueKind == JsonValueKind.Number
            && length.TryGetDouble(out var most) && most < LargestLength)
        {
            MaximumLength = most >= 3 && most == Math.Floor(most)
                ? (int)most
                : throw new TokenizerException($"'{file}' gives 'model_max_length' as {length.GetRawText()}; expected a whole number of at least 3.");
        }

        if (json.TryGetProperty("added_tokens_decoder", out var added) && added.ValueKind == JsonValueKind.Object)
        {
            foreach (var token in added.EnumerateObject())
            {
                if (!int.TryParse(token.Name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
                {
                    throw new TokenizerException($"'{file}' lists the added token '{TokenizerFiles.Short(token.Name)}'; expected its id, a whole number.");
                }

                AddDescribed(token.Value, id, file);
            }
        }
    }

    private void AddDescribed(JsonElement token, int? id, string file)
    {
        if (token.ValueKind != JsonValueKind.Object || Text(token, "content") is not { Length: > 0 } content)
        {
            throw new TokenizerException($"'{file}' lists an added token without 'content'.");
        }

        Add(content, id, token.TryGetProperty("normalized", out var normalized) && normalized.ValueKind == JsonValueKind.True, file);
    }

    private void Add(string text, int? id, bool normalized, string file)
    {
        if (id is not (>= 0 and <= TokenizerFiles.LargestId))
        {
            throw new TokenizerException($"'{file}' gives the token '{TokenizerFiles.Short(text)}' no usable id; expected 0 to {TokenizerFiles.LargestId}.");
        }

        _added.TryAdd(text, new SpecialToken(text, id.Value, normalized));
    }

    private static int? Id(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var id) ? id : null;

    private static JsonElement Object(JsonElement json, string file) => json.ValueKind == JsonValueKind.Object
        ? json
        : throw new TokenizerException($"'{file}' holds {json.ValueKind}; expected an object.");

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // A token is a string, or an object that describes it.
    private static string? Token(JsonElement json, string name) =>
        Text(json, name) ?? (json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? Text(value, "content") : null);
}
