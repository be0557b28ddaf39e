using Microsoft.ML.Tokenizers;

namespace CachePolicies.Diffusers;

/// <summary>T5's SentencePiece unigram model: the prompt's tokens, <c>&lt;/s&gt;</c>, padding. No token begins the text.</summary>
internal sealed class T5Tokenizer : IPromptTokenizer
{
    private readonly SentencePieceTokenizer _pieces;
    private readonly SpecialTokenSplitter _special;
    private readonly int _unknown;
    private readonly int _end;
    private readonly int _pad;

    public T5Tokenizer(SentencePieceTokenizer pieces, TokenizerSettings settings)
    {
        _pieces = pieces;
        var special = settings.SpecialTokens(pieces.Vocabulary, "<pad>", "</s>", "<unk>");
        _special = new SpecialTokenSplitter(special);
        _unknown = pieces.UnknownId;
        _end = TokenizerSettings.IdOf(settings.EndToken ?? "</s>", pieces.Vocabulary, special, "end");
        _pad = TokenizerSettings.IdOf(settings.PadToken ?? "<pad>", pieces.Vocabulary, special, "padding");
        VocabularySize = Math.Max(pieces.Vocabulary.Values.Max(), special.Max(t => t.Id)) + 1;
        MaximumLength = settings.MaximumLength;
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? MaximumLength { get; }

    /// <inheritdoc/>
    public TokenizedPrompt Encode(string prompt, int length)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var tokens = new List<int>();
        _special.Split(prompt, text => AddPieces(text, tokens), tokens.Add);
        return TokenizedPrompt.Fit(tokens, length, null, _end, _pad);
    }

    // SentencePiece gives one unknown token for a run of characters that the model lacks; the library gives one for each.
    private void AddPieces(string text, List<int> tokens)
    {
        var first = tokens.Count;
        foreach (var id in _pieces.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false))
        {
            if (id != _unknown || tokens.Count == first || tokens[^1] != _unknown)
            {
                tokens.Add(id);
            }
        }
    }
}
