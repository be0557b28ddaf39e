using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CachePolicies.Hosting;

/// <summary>Copies values to options.</summary>
internal delegate void SettingsBinding<in TOptions>(SettingsReader reader, TOptions options);

/// <summary>
/// A part of the section <c>CachePolicies</c> that options are bound from: with the values that were last found good, so that a change that is not valid touches
/// nobody. Tells option monitors when new values were taken.
/// </summary>
/// <param name="name">The options' name.</param>
/// <param name="part">Where the values are in the section; empty for the section itself.</param>
/// <param name="store">The section.</param>
/// <param name="read">Reads the values; called again for every change.</param>
internal sealed class SettingsSection<TOptions>(string name, string part, SettingsStore store, SettingsBinding<TOptions> read)
    : IConfigureNamedOptions<TOptions>, IOptionsChangeTokenSource<TOptions>
    where TOptions : class
{
    private Dictionary<string, string?> _values = store.ValuesOf(part);
    private ConfigurationReloadToken _changed = new();

    public string Name => name;

    /// <summary>Where the part is, for messages.</summary>
    public string Path => part.Length == 0 ? CachePoliciesOptions.SectionName : $"{CachePoliciesOptions.SectionName}:{part}";

    /// <summary>The values that options are bound from.</summary>
    public IReadOnlyDictionary<string, string?> Values => Volatile.Read(ref _values);

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? optionsName, TOptions options)
    {
        if (string.Equals(optionsName, name, StringComparison.Ordinal))
        {
            Bind(Path, Values, options);
        }
    }

    /// <summary>Copies values to options.</summary>
    /// <exception cref="OptionsValidationException">Something cannot be used.</exception>
    public void Bind(string where, IReadOnlyDictionary<string, string?> values, TOptions options, bool filesAllowed = true)
    {
        var reader = new SettingsReader(where, values) { FilesAllowed = filesAllowed };
        try
        {
            read(reader, options);
        }
        catch (InvalidOperationException unreadable)
        {
            // A binder that is not ours says which value it could not convert to what; the key alone is not where the user wrote it.
            throw new OptionsValidationException(name, typeof(TOptions), [$"{where}: {Excerpt.Of(unreadable.Message, 400)}{(unreadable.InnerException is { } inner ? $" {Excerpt.Of(inner.Message, 400)}" : "")}"]);
        }

        if (reader.Problems() is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(name, typeof(TOptions), problems);
        }
    }

    public IChangeToken GetChangeToken() => Volatile.Read(ref _changed);

    /// <summary>Takes the values that the section has now, if <paramref name="check"/> finds nothing wrong with them; else the old ones stay, and it is logged.</summary>
    /// <param name="check">Makes of the options what they are for; throws where that cannot be done.</param>
    /// <param name="logger">Takes what happened.</param>
    /// <returns>Whether there were new values and they were taken.</returns>
    public bool TryTake(Action check, ILogger logger)
    {
        var (last, next) = (_values, store.ValuesOf(part));
        if (SettingsStore.AreEqual(last, next))
        {
            return false;
        }

        Volatile.Write(ref _values, next);
        try
        {
            check();
        }
        catch (Exception refused)
        {
            // Whatever the options or what is made of them object to: a change of a file must not stop the host.
            Volatile.Write(ref _values, last);
            Log.ReloadRefused(logger, Path, Excerpt.Of(refused.Message, 1000));
            return false;
        }

        return true;
    }

    /// <summary>Tells option monitors that <see cref="Values"/> are new.</summary>
    public void Announce() => Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
}
