using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace CachePolicies.Hosting;

/// <summary>
/// The section <c>CachePolicies</c> as it was last found whole, put together of what each provider of the configuration has. A provider that had values and has
/// none at all (a file that is broken, or is just being written) keeps what it had: the framework empties it without a word, and the next change of another
/// file would make defaults of its settings.
/// </summary>
internal sealed class SettingsStore : IDisposable
{
    private readonly IConfiguration? _configuration;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<IConfigurationProvider, Dictionary<string, string?>> _lastGood = [];
    private readonly List<Action> _watchers = [];
    private readonly IDisposable? _watch;
    private Dictionary<string, string?> _current = new(StringComparer.OrdinalIgnoreCase);

    public SettingsStore(IConfiguration? configuration, ILogger logger)
    {
        (_configuration, _logger) = (configuration, logger);
        if (configuration is not null)
        {
            _current = Read();
            _watch = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
        }
    }

    /// <summary>The values of a part of the section, by their path in it; the part's own value under an empty path.</summary>
    /// <param name="part">A path within the section, or empty for the whole.</param>
    public Dictionary<string, string?> ValuesOf(string part)
    {
        var prefix = part.Length == 0 ? "" : part + ConfigurationPath.KeyDelimiter;
        lock (_lock)
        {
            return _current
                .Where(v => v.Key.Equals(part, StringComparison.OrdinalIgnoreCase) || v.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(v => v.Key.Length > prefix.Length ? v.Key[prefix.Length..] : "", v => v.Value, StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>Calls back, in order of the calls here, after values have changed.</summary>
    public void OnChange(Action changed)
    {
        lock (_lock)
        {
            _watchers.Add(changed);
        }
    }

    public void Dispose() => _watch?.Dispose();

    private void Reload()
    {
        Action[] watchers;
        lock (_lock)
        {
            var next = Read();
            if (AreEqual(_current, next))
            {
                return;
            }

            _current = next;
            watchers = [.. _watchers];
        }

        foreach (var watcher in watchers)
        {
            watcher();
        }
    }

    internal static bool AreEqual(Dictionary<string, string?> a, Dictionary<string, string?> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private Dictionary<string, string?> Read()
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (_configuration is not IConfigurationRoot root)
        {
            foreach (var (key, value) in _configuration!.GetSection(CachePoliciesOptions.SectionName).AsEnumerable(makePathsRelative: true))
            {
                values[key] = value;
            }

            return values;
        }

        foreach (var provider in ProvidersOf(root))
        {
            foreach (var (key, value) in ContributionOf(provider))
            {
                values[key] = value;
            }
        }

        return values;
    }

    private Dictionary<string, string?> ContributionOf(IConfigurationProvider provider)
    {
        var had = _lastGood.GetValueOrDefault(provider);
        if (had is { Count: > 0 } && !provider.GetChildKeys([], null).Any() && !WasRemoved(provider))
        {
            Log.SourceLost(_logger, Excerpt.Of(provider.ToString()));
            return had;
        }

        var has = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Collect(provider, CachePoliciesOptions.SectionName, has);
        return _lastGood[provider] = has;
    }

    /// <summary>Whether an optional file was deleted, which takes its settings away for good.</summary>
    private static bool WasRemoved(IConfigurationProvider provider) =>
        provider is FileConfigurationProvider { Source: { Optional: true, FileProvider: { } files, Path: { } path } } && !files.GetFileInfo(path).Exists;

    private static void Collect(IConfigurationProvider provider, string path, Dictionary<string, string?> values)
    {
        if (provider.TryGet(path, out var value))
        {
            values[path.Length == CachePoliciesOptions.SectionName.Length ? "" : path[(CachePoliciesOptions.SectionName.Length + 1)..]] = value;
        }

        foreach (var key in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            Collect(provider, ConfigurationPath.Combine(path, key), values);
        }
    }

    /// <summary>The providers in the order in which later ones win, those of a configuration that is a part of this one among them.</summary>
    private static IEnumerable<IConfigurationProvider> ProvidersOf(IConfigurationRoot root) => root.Providers.SelectMany(p =>
        p is ChainedConfigurationProvider { Configuration: IConfigurationRoot inner } ? ProvidersOf(inner) : [p]);
}
