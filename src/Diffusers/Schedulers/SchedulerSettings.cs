using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace CachePolicies.Diffusers;

/// <summary>
/// The options of a scheduler's file. Each is read under its name with the default of the scheduler's class; what was never read is checked at the end.
/// </summary>
internal sealed class SchedulerSettings
{
    private const int LongestText = 40;
    private readonly string _file;
    private readonly Dictionary<string, JsonElement> _options;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>Takes the options of a parsed file.</summary>
    /// <param name="file">How the file is called in messages.</param>
    /// <param name="className">The scheduler's class.</param>
    /// <param name="root">The file's object.</param>
    public SchedulerSettings(string file, string className, JsonElement root)
    {
        (_file, Class) = (file, className);

        // A pipeline that was given another scheduler names the options that the first one had by default: they are not the user's.
        var defaults = root.TryGetProperty("_use_default_values", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String).Select(n => n.GetString()!).ToHashSet(StringComparer.Ordinal)
            : [];
        _options = [];
        foreach (var option in root.EnumerateObject().Where(o => !o.Name.StartsWith('_') && !defaults.Contains(o.Name)))
        {
            _options[option.Name] = option.Value;
        }
    }

    /// <summary>The scheduler's class.</summary>
    public string Class { get; }

    /// <summary>A flag.</summary>
    public bool Flag(string name, bool missing = false) => Find(name) is not { } value
        ? missing
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, value, "true or false"),
        };

    /// <summary>A number; NaN is refused.</summary>
    public double Number(string name, double missing) => NumberOrNull(name) ?? missing;

    /// <summary>A number, or <see langword="null"/> where the file has none.</summary>
    public double? NumberOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var number = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.String when NonFiniteNumbers.TryParse(value.GetString(), out var parsed) => parsed,
            _ => throw Wrong(name, value, "a number"),
        };
        return double.IsNaN(number) ? throw Wrong(name, value, "a number") : number;
    }

    /// <summary>A whole number in a range.</summary>
    public int Integer(string name, int missing, int least, int most)
    {
        var number = Number(name, missing);
        return number >= least && number <= most && number == Math.Floor(number)
            ? (int)number
            : throw Wrong(name, _options[name], string.Create(CultureInfo.InvariantCulture, $"a whole number from {least:N0} to {most:N0}"));
    }

    /// <summary>One of a number of words.</summary>
    public T Choice<T>(string name, string missing, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var value = Find(name);
        var text = value is { ValueKind: JsonValueKind.String } given ? given.GetString() : value is null ? missing : null;
        foreach (var (word, meaning) in choices)
        {
            if (word == text)
            {
                return meaning;
            }
        }

        var words = new List<string>();
        foreach (var (word, _) in choices)
        {
            words.Add($"'{word}'");
        }

        throw Wrong(name, value ?? default, words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}");
    }

    /// <summary>A list of numbers; empty where the file has none.</summary>
    /// <param name="name">The option.</param>
    /// <param name="most">The most numbers that it can have.</param>
    public ImmutableArray<float> Numbers(string name, int most)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.Number))
        {
            throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a list of at most {most:N0} numbers"));
        }

        return [.. value.EnumerateArray().Select(v => (float)v.GetDouble())];
    }

    /// <summary>Refuses an option unless it is left out or set to what the project does anyway.</summary>
    /// <param name="name">The option.</param>
    /// <param name="isHarmless">Whether a value changes nothing.</param>
    /// <param name="instead">What is supported, as a clause.</param>
    public void RefuseUnless(string name, Func<JsonElement, bool> isHarmless, string instead)
    {
        if (Find(name) is { } value && !isHarmless(value))
        {
            throw Refusal($"{name} is {Shown(value)}, which is not supported; {instead}");
        }
    }

    /// <summary>Refuses what no scheduler of diffusers knows. Options of other classes are left over from conversions and mean nothing here.</summary>
    public void RefuseUnknown()
    {
        foreach (var (name, value) in _options)
        {
            var meansNothing = value.ValueKind is JsonValueKind.Null or JsonValueKind.False;
            if (!_read.Contains(name) && !meansNothing && !SchedulerOptionNames.All.Contains(name))
            {
                throw Refusal($"the option '{Excerpt.Of(name, LongestText)}' is not known; {Class} has {string.Join(", ", _read.Order(StringComparer.Ordinal))}");
            }
        }
    }

    /// <summary>A sentence about this file.</summary>
    public InvalidDataException Refusal(string what, Exception? cause = null) => new($"The scheduler '{_file}' ({Class}): {what.TrimEnd('.')}.", cause);

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        return _options.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private InvalidDataException Wrong(string name, JsonElement value, string expected) => Refusal($"{name} is {Shown(value)}; expected {expected}");

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "missing",
        JsonValueKind.String => $"'{Excerpt.Of(value.GetString(), LongestText)}'",
        JsonValueKind.Array => $"a list of {value.GetArrayLength()}",
        JsonValueKind.Object => "an object",
        _ => Excerpt.Of(value.GetRawText(), LongestText),
    };
}
