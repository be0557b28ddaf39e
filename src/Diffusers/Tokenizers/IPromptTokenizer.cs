namespace CachePolicies.Diffusers;

/// <summary>Turns a prompt into the token ids that a text encoder reads. Immutable and thread-safe.</summary>
public interface IPromptTokenizer
{
    /// <summary>One more than the largest id that <see cref="Encode"/> can return: the encoder's embedding needs at least as many rows.</summary>
    int VocabularySize { get; }

    /// <summary>How many tokens the tokenizer's settings allow (<c>model_max_length</c>), or <see langword="null"/> where they do not say.</summary>
    int? MaximumLength { get; }

    /// <summary>Encodes a prompt, cut to and padded to a fixed length.</summary>
    /// <param name="prompt">Any text; unpaired surrogates count as U+FFFD.</param>
    /// <param name="length">How many ids to return, special tokens included: 3 at least.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> leaves no room for a word.</exception>
    TokenizedPrompt Encode(string prompt, int length);
}
