using System.Collections.Immutable;
using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>One identifier a word, from a vocabulary; the style's word stands first. Unknown words are refused with the nearest known ones.</summary>
public sealed class WordTokenizer : ITextEncoder
{
    private const int Suggestions = 3;

    private readonly ImmutableArray<string> _vocabulary;
    private readonly Dictionary<string, int> _ids = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _input;
    private readonly int _length;
    private readonly int _padding;

    /// <summary>Creates a tokenizer.</summary>
    /// <param name="vocabulary">The words; a word's position is its identifier.</param>
    /// <param name="length">The most words of a prompt, the style's among them.</param>
    /// <param name="input">The denoiser's input that takes the identifiers.</param>
    /// <param name="styles">Words of the vocabulary that name styles, the default first.</param>
    /// <param name="padding">The identifier that fills the rest, and the whole of an empty prompt.</param>
    /// <exception cref="ArgumentException">The parts contradict each other.</exception>
    public WordTokenizer(ImmutableArray<string> vocabulary, int length, string input, ImmutableArray<string> styles, int padding = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if ((uint)padding >= (uint)vocabulary.Length)
        {
            throw new ArgumentException($"The padding is word {padding} of a vocabulary of {vocabulary.Length}.", nameof(padding));
        }

        for (var i = 0; i < vocabulary.Length; i++)
        {
            if (!_ids.TryAdd(vocabulary[i], i))
            {
                throw new ArgumentException($"The vocabulary holds '{vocabulary[i]}' twice.", nameof(vocabulary));
            }
        }

        if (styles.FirstOrDefault(s => !_ids.ContainsKey(s)) is { } stranger)
        {
            throw new ArgumentException($"The style '{stranger}' is not in the vocabulary.", nameof(styles));
        }

        (_vocabulary, _length, _input, _padding) = (vocabulary, length, input, padding);
        Styles = styles;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Styles { get; }

    /// <summary>How many words there are.</summary>
    public int VocabularySize => _vocabulary.Length;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, InputValue> Encode(string prompt, string? style) => new Dictionary<string, InputValue> { [_input] = Identify(prompt, style) };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, InputValue> EncodeEmpty()
    {
        var ids = new long[_length];
        Array.Fill(ids, _padding);
        return new Dictionary<string, InputValue> { [_input] = ids };
    }

    internal long[] Identify(string prompt, string? style)
    {
        var words = Split(prompt);
        if (words.Count == 0)
        {
            throw new PromptException("The prompt is empty; name what the picture shows, for instance 'red apple'.");
        }

        AddStyle(words, style);
        var unknown = words.Where(w => !IsWord(w)).Distinct(StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
        {
            throw new UnknownWordsException([.. unknown.Select(w => new UnknownWord(w, NearestWords.Of(w, _vocabulary.Where(IsWord), Suggestions)))]);
        }

        if (words.Count > _length)
        {
            throw new PromptException($"The prompt '{string.Join(' ', words)}' has {words.Count} words; the model reads at most {_length}{(Styles.Count > 0 ? ", the style among them" : "")}.");
        }

        var ids = new long[_length];
        Array.Fill(ids, _padding);
        for (var i = 0; i < words.Count; i++)
        {
            ids[i] = _ids[words[i]];
        }

        return ids;
    }

    private void AddStyle(List<string> words, string? style)
    {
        var inPrompt = Styles.FirstOrDefault(s => string.Equals(s, words[0], StringComparison.OrdinalIgnoreCase));
        if (style is null)
        {
            if (inPrompt is null && Styles.Count > 0)
            {
                words.Insert(0, Styles[0]);
            }

            return;
        }

        var known = Styles.FirstOrDefault(s => string.Equals(s, style, StringComparison.OrdinalIgnoreCase))
            ?? throw new PromptException(Styles.Count == 0
                ? $"The style '{style}' is unknown; the model has no styles."
                : $"The style '{style}' is unknown; the model has {string.Join(" and ", Styles)}.");
        if (inPrompt is not null && inPrompt != known)
        {
            throw new PromptException($"The prompt begins with the style '{inPrompt}' and the style asked for is '{known}'; name one.");
        }

        if (inPrompt is null)
        {
            words.Insert(0, known);
        }
    }

    private bool IsWord(string word) => _ids.TryGetValue(word, out var id) && id != _padding;

    private static List<string> Split(string? prompt)
    {
        var words = new List<string>();
        var text = prompt ?? "";
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '\''))
            {
                end++;
            }

            if (end > start)
            {
                words.Add(text[start..end].ToLowerInvariant());
            }

            start = end + 1;
        }

        return words;
    }
}
