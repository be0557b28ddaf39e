using System.Text.Json;

namespace CachePolicies.Diffusers;

/// <summary>The tokens and merges of a byte-level BPE, from <c>vocab.json</c> and <c>merges.txt</c> or from <c>tokenizer.json</c>.</summary>
/// <param name="Tokens">The ids by token.</param>
/// <param name="Merges">The merges in order, each <c>left right</c>.</param>
internal sealed record ClipVocabulary(IReadOnlyDictionary<string, int> Tokens, IReadOnlyList<string> Merges)
{
    /// <summary>Reads the pair of files that transformers writes.</summary>
    public static ClipVocabulary Read(string vocabularyFile, string mergesFile)
    {
        using var vocabulary = TokenizerFiles.ReadJson(vocabularyFile);
        var merges = new List<string>();
        foreach (var line in TokenizerFiles.ReadText(mergesFile).Split('\n'))
        {
            var merge = line.TrimEnd('\r');
            if (merge.Length > 0 && !merge.StartsWith("#version", StringComparison.Ordinal))
            {
                merges.Add(Checked(merge, mergesFile));
            }
        }

        return Create(vocabulary.RootElement, merges, vocabularyFile);
    }

    /// <summary>Reads the model of a <c>tokenizer.json</c>.</summary>
    public static ClipVocabulary Read(JsonElement model, string file)
    {
        if (!model.TryGetProperty("vocab", out var vocabulary) || !model.TryGetProperty("merges", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new TokenizerException($"'{file}' has no BPE vocabulary and merges; expected 'model' with 'vocab' and 'merges'.");
        }

        var merges = new List<string>();
        foreach (var merge in list.EnumerateArray())
        {
            // Until 2024 "left right", since then ["left", "right"].
            var text = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!,
                JsonValueKind.Array when merge.GetArrayLength() == 2 && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String
                    => $"{merge[0].GetString()} {merge[1].GetString()}",
                _ => string.Empty,
            };
            merges.Add(Checked(text, file));
        }

        return Create(vocabulary, merges, file);
    }

    private static ClipVocabulary Create(JsonElement vocabulary, List<string> merges, string file)
    {
        if (vocabulary.ValueKind != JsonValueKind.Object)
        {
            throw new TokenizerException($"'{file}' is not a vocabulary; expected an object of tokens and ids.");
        }

        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var token in vocabulary.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id) || id is < 0 or > TokenizerFiles.LargestId)
            {
                throw new TokenizerException($"'{file}' gives the token '{TokenizerFiles.Short(token.Name)}' no usable id; expected 0 to {TokenizerFiles.LargestId}.");
            }

            if (!tokens.TryAdd(token.Name, id) || !ids.Add(id))
            {
                throw new TokenizerException($"'{file}' holds the token '{TokenizerFiles.Short(token.Name)}' or its id {id} twice; expected one id for each token.");
            }
        }

        if (tokens.Count == 0)
        {
            throw new TokenizerException($"'{file}' holds no tokens.");
        }

        CheckMerges(tokens, merges, file);
        return new ClipVocabulary(tokens, merges);
    }

    private static void CheckMerges(Dictionary<string, int> tokens, List<string> merges, string file)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var merge in merges)
        {
            var space = merge.IndexOf(' ', StringComparison.Ordinal);
            var (left, right) = (merge[..space], merge[(space + 1)..]);
            if (!tokens.ContainsKey(left) || !tokens.ContainsKey(right) || !tokens.ContainsKey(left + right))
            {
                throw new TokenizerException($"The merge '{TokenizerFiles.Short(merge)}' takes or makes a token that '{file}' lacks: vocabulary and merges do not belong together.");
            }

            if (!known.Add(merge))
            {
                throw new TokenizerException($"The merge '{TokenizerFiles.Short(merge)}' is listed twice beside '{file}'; expected each once.");
            }
        }
    }

    private static string Checked(string merge, string file)
    {
        var space = merge.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < merge.Length - 1 && merge.IndexOf(' ', space + 1) < 0
            ? merge
            : throw new TokenizerException($"'{file}' holds the merge '{TokenizerFiles.Short(merge)}'; expected two tokens with a space between them.");
    }
}
