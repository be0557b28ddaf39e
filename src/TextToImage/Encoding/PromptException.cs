namespace CachePolicies.TextToImage;

/// <summary>A prompt or a style that the model cannot draw.</summary>
/// <param name="message">What is wrong and what was expected.</param>
public class PromptException(string message) : ArgumentException(message);

/// <summary>A prompt holds words that the model was not trained on.</summary>
/// <param name="words">The words, each with the nearest known ones.</param>
public sealed class UnknownWordsException(IReadOnlyList<UnknownWord> words)
    : PromptException($"The model does not know {Describe(words ?? [])}.")
{
    private const int Named = 5;

    /// <summary>The words, each with the nearest known ones.</summary>
    public IReadOnlyList<UnknownWord> Words { get; } = words ?? [];

    private static string Describe(IReadOnlyList<UnknownWord> words)
    {
        var named = string.Join(" and ", words.Take(Named).Select(w => w.ToString()));
        return words.Count > Named ? $"{named} and {words.Count - Named} more words" : named;
    }
}

/// <summary>A word that the model was not trained on.</summary>
/// <param name="Word">The word.</param>
/// <param name="Nearest">Known words that are spelt alike, the nearest first.</param>
public sealed record UnknownWord(string Word, IReadOnlyList<string> Nearest)
{
    private const int Shown = 40;

    /// <inheritdoc/>
    public override string ToString()
    {
        var word = Excerpt.Of(Word, Shown);
        return Nearest.Count == 0 ? $"'{word}'" : $"'{word}' (nearest known: {string.Join(", ", Nearest)})";
    }
}
