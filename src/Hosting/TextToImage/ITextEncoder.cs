using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>Turns a prompt into inputs of the denoiser. Thread-safe.</summary>
public interface ITextEncoder
{
    /// <summary>The styles that a prompt can be drawn in, the default first; empty where the model knows none.</summary>
    IReadOnlyList<string> Styles { get; }

    /// <summary>The inputs with the prompt, by name.</summary>
    /// <param name="prompt">What the picture shows.</param>
    /// <param name="style">One of <see cref="Styles"/>; <see langword="null"/> for the one that the prompt begins with, or the default.</param>
    /// <exception cref="PromptException">The prompt or the style cannot be used; the message says why and what can.</exception>
    IReadOnlyDictionary<string, InputValue> Encode(string prompt, string? style);

    /// <summary>The inputs without a prompt, for guidance.</summary>
    IReadOnlyDictionary<string, InputValue> EncodeEmpty();
}

/// <summary>Turns a final latent into a picture. Thread-safe.</summary>
public interface ILatentDecoder
{
    /// <summary>Pixels a row.</summary>
    int Width { get; }

    /// <summary>Rows.</summary>
    int Height { get; }

    /// <summary>Decodes a latent.</summary>
    /// <param name="latent">As many numbers as the model's latent has elements, row-major.</param>
    /// <param name="planes">Gets red, green and blue in [−1, 1]: 3 · height · width numbers.</param>
    void Decode(ReadOnlySpan<float> latent, Span<float> planes);
}

/// <summary>A prompt or a style that the model cannot draw.</summary>
/// <param name="message">What is wrong and what would be right.</param>
public class PromptException(string message) : ArgumentException(message);

/// <summary>A prompt holds words that the model was not trained on.</summary>
/// <param name="words">The words, each with the nearest known ones.</param>
public sealed class UnknownWordsException(IReadOnlyList<UnknownWord> words)
    : PromptException($"The model does not know {string.Join(" and ", (words ?? []).Select(w => w.ToString()))}.")
{
    /// <summary>The words, each with the nearest known ones.</summary>
    public IReadOnlyList<UnknownWord> Words { get; } = words ?? [];
}

/// <summary>A word that the model was not trained on.</summary>
/// <param name="Word">The word.</param>
/// <param name="Nearest">Known words that are spelt alike, the nearest first.</param>
public sealed record UnknownWord(string Word, IReadOnlyList<string> Nearest)
{
    /// <inheritdoc/>
    public override string ToString() => Nearest.Count == 0 ? $"'{Word}'" : $"'{Word}' (nearest known: {string.Join(", ", Nearest)})";
}
