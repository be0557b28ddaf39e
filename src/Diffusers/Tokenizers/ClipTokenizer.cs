using Microsoft.ML.Tokenizers;

namespace CachePolicies.Diffusers;

/// <summary>
/// CLIP's byte-level BPE (openai/CLIP): start of text, the prompt's tokens, end of text, padding. Special tokens that are written in the prompt are
/// found first, as Hugging Face's tokenizers do; SDXL's and SD3's second tokenizer pads with <c>!</c>, so that each <c>!</c> of a prompt becomes its id.
/// </summary>
internal sealed class ClipTokenizer : IPromptTokenizer
{
    private readonly BpeTokenizer _words;
    private readonly SpecialTokenSplitter _raw;
    private readonly SpecialTokenSplitter _normalized;
    private readonly int _start;
    private readonly int _end;
    private readonly int _pad;

    public ClipTokenizer(ClipVocabulary vocabulary, TokenizerSettings settings)
    {
        _words = BpeTokenizer.Create(new BpeOptions(vocabulary.Tokens)
        {
            Merges = vocabulary.Merges,
            ByteLevel = true,
            EndOfWordSuffix = "</w>",
            PreTokenizer = new ClipPreTokenizer(),
        });
        var special = settings.SpecialTokens(vocabulary.Tokens, "<|startoftext|>", "<|endoftext|>");
        _raw = new SpecialTokenSplitter(special.Where(t => !t.Normalized));
        _normalized = new SpecialTokenSplitter(special.Where(t => t.Normalized));
        _start = TokenizerSettings.IdOf(settings.BeginToken ?? "<|startoftext|>", vocabulary.Tokens, special, "beginning");
        _end = TokenizerSettings.IdOf(settings.EndToken ?? "<|endoftext|>", vocabulary.Tokens, special, "end");
        _pad = TokenizerSettings.IdOf(settings.PadToken ?? settings.EndToken ?? "<|endoftext|>", vocabulary.Tokens, special, "padding");
        VocabularySize = Math.Max(vocabulary.Tokens.Values.Max(), special.Max(t => t.Id)) + 1;
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
        _raw.Split(
            prompt,
            text => _normalized.Split(
                ClipNormalizer.Normalize(text),
                words => tokens.AddRange(_words.EncodeToIds(words, considerNormalization: false)),
                tokens.Add),
            tokens.Add);
        return TokenizedPrompt.Fit(tokens, length, _start, _end, _pad);
    }
}
