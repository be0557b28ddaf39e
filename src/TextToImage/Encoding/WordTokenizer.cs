using System.Collections.Immutable;
using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>One identifier a word, from a vocabulary; the style's word comes first. Unknown words are refused with the nearest known ones.</summary>
public sealed class WordTokenizer : ITextEncoder
{
    private const int Suggestions = 3;

    /// <summary>For how many unknown words the nearest known ones are looked up.</summary>
    private const int Explained = 16;

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
                throw new ArgumentException($"The vocabulary holds '{Excerpt.Of(vocabulary[i])}' twice.", nameof(vocabulary));
            }
        }

        if (styles.FirstOrDefault(s => !_ids.ContainsKey(s)) is { } stranger)
        {
            throw new ArgumentException($"The style '{Excerpt.Of(stranger)}' is not in the vocabulary.", nameof(styles));
        }

        (_vocabulary, _length, _input, _padding) = (vocabulary, length, input, padding);
        Styles = styles;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Styles { get; }

    /// <summary>How many words there are.</summary>
    public int VocabularySize => _vocabulary.Length;

    /// <inheritdoc/>
    public TextConditioning Encode(PictureRequest request, bool guided)
    {
        ArgumentNullException.ThrowIfNull(request);
        var unconditional = !guided ? null : string.IsNullOrWhiteSpace(request.NegativePrompt) ? Empty() : Identify(request.NegativePrompt, request.Style);
        return new TextConditioning(Inputs(Identify(request.Prompt, request.Style)), unconditional is null ? null : Inputs(unconditional));
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
            throw new UnknownWordsException([.. unknown.Select((w, i) => new UnknownWord(w, i < Explained ? NearestNames.Of(w, _vocabulary.Where(IsWord), Suggestions) : []))]);
        }

        if (words.Count > _length)
        {
            throw new PromptException($"The prompt '{Excerpt.Of(string.Join(' ', words.Take(_length + 1)), 200)}{(words.Count > _length + 1 ? " …" : "")}' has {words.Count} words; the model reads at most {_length}{(Styles.Count > 0 ? ", the style among them" : "")}.");
        }

        var ids = Empty();
        for (var i = 0; i < words.Count; i++)
        {
            ids[i] = _ids[words[i]];
        }

        return ids;
    }

    private Dictionary<string, InputValue> Inputs(long[] ids) => new() { [_input] = ids };

    private long[] Empty()
    {
        var ids = new long[_length];
        Array.Fill(ids, _padding);
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
                ? $"The style '{Excerpt.Of(style)}' is unknown; the model has no styles."
                : $"The style '{Excerpt.Of(style)}' is unknown; the model has {string.Join(" and ", Styles)}.");
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
