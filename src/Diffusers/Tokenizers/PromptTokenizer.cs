using System.Text.Json;

namespace CachePolicies.Diffusers;

/// <summary>
/// Opens the tokenizer of a pipeline's folder (<c>tokenizer</c>, <c>tokenizer_2</c>, …): CLIP's byte-level BPE (<c>vocab.json</c> and <c>merges.txt</c>) or
/// T5's SentencePiece (<c>spiece.model</c>), or either of them from <c>tokenizer.json</c>.
/// </summary>
public static class PromptTokenizer
{
    private const string VocabularyName = "vocab.json";
    private const string MergesName = "merges.txt";
    private const string PiecesName = "spiece.model";
    private const string WholeName = "tokenizer.json";

    /// <summary>Opens the tokenizer in a folder.</summary>
    /// <param name="folder">The folder with the tokenizer's files.</param>
    /// <exception cref="TokenizerException">A file is missing, damaged, or of a kind that is not supported; the message names it.</exception>
    public static IPromptTokenizer Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var settings = TokenizerSettings.Read(folder);
        return KindOf(folder, settings) switch
        {
            TokenizerKind.Clip => new ClipTokenizer(ReadVocabulary(folder), settings),
            _ => OpenT5(folder, settings),
        };
    }

    private static TokenizerKind KindOf(string folder, TokenizerSettings settings)
    {
        switch (settings.Class)
        {
            case "CLIPTokenizer" or "CLIPTokenizerFast":
                return TokenizerKind.Clip;
            case "T5Tokenizer" or "T5TokenizerFast":
                return TokenizerKind.T5;
            case null or "PreTrainedTokenizerFast" or "PreTrainedTokenizer" or "TokenizersBackend":
                break;
            case var other:
                throw new TokenizerException($"The tokenizer in '{folder}' is a '{TokenizerFiles.Short(other)}', which is not supported; expected CLIPTokenizer or T5Tokenizer.");
        }

        if (TokenizerSettings.Existing(folder, VocabularyName) is not null)
        {
            return TokenizerKind.Clip;
        }

        if (TokenizerSettings.Existing(folder, PiecesName) is not null)
        {
            return TokenizerKind.T5;
        }

        if (TokenizerSettings.Existing(folder, WholeName) is { } whole)
        {
            using var json = TokenizerFiles.ReadJson(whole);
            return ModelType(json.RootElement) switch
            {
                "BPE" => TokenizerKind.Clip,
                "Unigram" => TokenizerKind.T5,
                var type => throw new TokenizerException($"'{whole}' holds a model of type '{TokenizerFiles.Short(type ?? "none")}'; expected BPE (CLIP) or Unigram (T5)."),
            };
        }

        throw new TokenizerException($"'{folder}' holds no tokenizer; expected {VocabularyName} and {MergesName} (CLIP), {PiecesName} (T5), or {WholeName}.");
    }

    private static ClipVocabulary ReadVocabulary(string folder)
    {
        var vocabulary = TokenizerSettings.Existing(folder, VocabularyName);
        var merges = TokenizerSettings.Existing(folder, MergesName);
        if (vocabulary is not null && merges is not null)
        {
            return ClipVocabulary.Read(vocabulary, merges);
        }

        if (TokenizerSettings.Existing(folder, WholeName) is { } whole)
        {
            using var json = TokenizerFiles.ReadJson(whole);
            return ModelType(json.RootElement) == "BPE"
                ? ClipVocabulary.Read(json.RootElement.GetProperty("model"), whole)
                : throw new TokenizerException($"'{whole}' does not hold a BPE model, which CLIP's tokenizer is.");
        }

        throw new TokenizerException((vocabulary, merges) switch
        {
            (null, null) => $"'{folder}' lacks {VocabularyName} and {MergesName}, or {WholeName}: CLIP's vocabulary.",
            (null, _) => $"'{folder}' lacks {VocabularyName}: CLIP's tokens and their ids.",
            _ => $"'{folder}' lacks {MergesName}: the merges that make CLIP's tokens.",
        });
    }

    private static T5Tokenizer OpenT5(string folder, TokenizerSettings settings)
    {
        if (TokenizerSettings.Existing(folder, PiecesName) is { } pieces)
        {
            return new T5Tokenizer(SentencePieceModel.Open(pieces), settings);
        }

        if (TokenizerSettings.Existing(folder, WholeName) is { } whole)
        {
            using var json = TokenizerFiles.ReadJson(whole);
            return new T5Tokenizer(SentencePieceModel.Open(json.RootElement, whole), settings);
        }

        throw new TokenizerException($"'{folder}' lacks {PiecesName} or {WholeName}: T5's vocabulary.");
    }

    private static string? ModelType(JsonElement tokenizer)
    {
        if (tokenizer.ValueKind != JsonValueKind.Object || !tokenizer.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (model.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
        {
            return type.GetString();
        }

        // Files of 2021 and before leave the type out.
        return model.TryGetProperty("merges", out _) ? "BPE" : model.TryGetProperty("unk_id", out _) ? "Unigram" : null;
    }

    private enum TokenizerKind
    {
        Clip,
        T5,
    }
}
