using CachePolicies.Policies;
using Microsoft.Extensions.Configuration;

namespace CachePolicies.Hosting;

/// <summary>
/// Reads the values of a section and keeps account of what was read: what is there and was not read is a problem, named with the nearest of what was asked
/// for. Whoever binds asks here or through <see cref="AsConfiguration"/>, so that there is one answer to the question what a section may hold.
/// </summary>
/// <param name="where">Where the values are, for messages: <c>CachePolicies:H2Cache</c>.</param>
/// <param name="values">The values by their path in the section; the section's own value under an empty path.</param>
internal sealed class SettingsReader(string where, IReadOnlyDictionary<string, string?> values)
{
    private const int MostProblems = 10;

    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _listed = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _skipped = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];

    /// <summary>Whether values may name files.</summary>
    public bool FilesAllowed { get; init; } = true;

    /// <summary>Reads options by their declaration.</summary>
    /// <param name="declared">The options of <paramref name="options"/>.</param>
    /// <param name="options">Takes the values.</param>
    public void Read(OptionSet declared, object options)
    {
        foreach (var option in declared)
        {
            var path = option.Name.Replace('.', ConfigurationPath.KeyDelimiter[0]);
            Ask(path);
            if (!TryTake(option, path, out var text))
            {
                continue;
            }

            if (option.Type.Kind == OptionKind.File && !FilesAllowed)
            {
                _problems.Add($"{where}:{path} names a file, which a request may not; set it in the configuration.");
            }
            else if (!option.TryWrite(options, text ?? "null"))
            {
                _problems.Add($"{where}:{path} is '{Excerpt.Of(text)}'; expected {option.Type.Expected}.");
            }
        }
    }

    /// <summary>Leaves parts to others: whatever is in them is not read here.</summary>
    public void Skip(IEnumerable<string> parts)
    {
        foreach (var part in parts)
        {
            _asked.Add(part);
            _skipped.Add(part);
        }
    }

    /// <summary>The values as configuration, for a binder that is not ours; what it reads is accounted for.</summary>
    public IConfiguration AsConfiguration() => new RecordingSection(
        new ConfigurationBuilder().AddInMemoryCollection(values.Where(v => v.Key.Length > 0)).Build(), "", Ask, path => _read.Add(path), path => _listed.Add(path));

    /// <summary>What could not be used: values of the wrong kind, and everything that nobody read. A sentence each.</summary>
    public IReadOnlyList<string> Problems()
    {
        var all = _problems.Concat(values.Where(v => v.Value is not null).Select(v => ProblemOf(v.Key, v.Value!)).OfType<string>()).Distinct().ToArray();
        return all.Length <= MostProblems ? all : [.. all.Take(MostProblems), $"There are {all.Length - MostProblems} problems more."];
    }

    private static string ParentOf(string path) => path.LastIndexOf(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal) is > 0 and var end ? path[..end] : "";

    private static IEnumerable<string> PrefixesOf(string path)
    {
        for (var end = path.IndexOf(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal); end >= 0; end = path.IndexOf(ConfigurationPath.KeyDelimiter, end + 1, StringComparison.Ordinal))
        {
            yield return path[..end];
        }
    }

    private bool TryTake(PolicyOption option, string path, out string? text)
    {
        _read.Add(path);
        if (option.Type.Kind == OptionKind.Numbers && ItemsOf(path) is { Count: > 0 } items)
        {
            items.ForEach(i => _read.Add(i));
            text = string.Join(',', items.Select(i => values[i]));
            return true;
        }

        // An option that cannot be null keeps its default where the file says null.
        return values.TryGetValue(path, out text) && (text is not null || option.Type.IsNullable);
    }

    private List<string> ItemsOf(string path) =>
    [
        .. values.Keys
            .Where(k => k.StartsWith(path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase) && ParentOf(k).Length == path.Length && int.TryParse(k.AsSpan(path.Length + 1), out _))
            .OrderBy(k => int.Parse(k.AsSpan(path.Length + 1), System.Globalization.CultureInfo.InvariantCulture)),
    ];

    private void Ask(string path)
    {
        _asked.Add(path);
        foreach (var prefix in PrefixesOf(path))
        {
            _asked.Add(prefix);
        }
    }

    private string? ProblemOf(string path, string value)
    {
        if (_skipped.Contains(path) || PrefixesOf(path).Any(_skipped.Contains))
        {
            return null;
        }

        if (_read.Contains(path))
        {
            // A binder that looked for parts after it had looked at the value could do nothing with the value.
            return _listed.Contains(path) && value.Length > 0 && !HasParts(path) ? $"{where}:{path} is '{Excerpt.Of(value)}'; expected a section or a list." : null;
        }

        if (path.Length == 0)
        {
            return $"{where} is '{Excerpt.Of(value)}'; expected a section with settings.";
        }

        if (_asked.Contains(path))
        {
            return $"{where}:{path} is '{Excerpt.Of(value)}'; expected a section with {string.Join(", ", PartsOf(path))}.";
        }

        if (PrefixesOf(path).FirstOrDefault(p => _read.Contains(p)) is { } single)
        {
            return $"{where}:{single} is a section or a list; expected a single value.";
        }

        var parent = PrefixesOf(path).LastOrDefault(_asked.Contains) ?? "";
        var unknown = path[(parent.Length == 0 ? 0 : parent.Length + 1)..].Split(ConfigurationPath.KeyDelimiter)[0];
        var place = parent.Length == 0 ? where : $"{where}:{parent}";
        return $"{place}:{Excerpt.Of(unknown)} is not a setting. {Hint(unknown)}{NearestNames.Suggest(unknown, PartsOf(parent))}";

        string Hint(string name) => where == CachePoliciesOptions.SectionName && PolicyCatalog.Find(name) is { } known
            ? $"A policy of that name is known but not registered; call Add{known.Method}(). "
            : "";
    }

    private bool HasParts(string path) => values.Keys.Any(k => k.StartsWith(path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase));

    private string[] PartsOf(string path) =>
    [
        .. _asked
            .Where(a => a.Length > path.Length && (path.Length == 0 || a.StartsWith(path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)) && ParentOf(a).Length == path.Length)
            .Select(a => a[(path.Length == 0 ? 0 : path.Length + 1)..]),
    ];
}
