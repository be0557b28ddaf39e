using System.Collections;
using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>The options of an options class, in the order in which they are shown.</summary>
public abstract class OptionSet : IReadOnlyList<PolicyOption>
{
    private protected OptionSet(ImmutableArray<PolicyOption> options) => Options = options;

    /// <summary>The set of a class that has no options yet: where a declaration begins.</summary>
    /// <typeparam name="TOptions">The options class.</typeparam>
    public static OptionSet<TOptions> Of<TOptions>()
        where TOptions : class => new([]);

    /// <inheritdoc/>
    public int Count => Options.Length;

    private protected ImmutableArray<PolicyOption> Options { get; }

    /// <inheritdoc/>
    public PolicyOption this[int index] => Options[index];

    /// <summary>The option of a name, whatever its case, with dots or colons between its parts; <see langword="null"/> where there is none.</summary>
    public PolicyOption? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var dotted = name.Replace(':', '.');
        return Options.FirstOrDefault(o => o.Name.Equals(dotted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Sets an option from <c>Name=Value</c>.</summary>
    /// <param name="target">The object that has the options.</param>
    /// <param name="setting">The setting.</param>
    /// <returns><see langword="false"/> where it is not of that form, names no option, or the value is not of the option's kind; nothing was set then.</returns>
    public bool TryWrite(object target, string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Find(setting[..equals])?.TryWrite(target, setting[(equals + 1)..]) == true;
    }

    /// <inheritdoc/>
    public IEnumerator<PolicyOption> GetEnumerator() => Options.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The options of one options class. Immutable: each call returns a larger set.</summary>
/// <typeparam name="TOptions">The options class.</typeparam>
public sealed class OptionSet<TOptions> : OptionSet
    where TOptions : class
{
    internal OptionSet(ImmutableArray<PolicyOption> options)
        : base(options)
    {
    }

    /// <summary>Adds an option.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="type">The values it takes.</param>
    /// <param name="get">The property's getter.</param>
    /// <param name="set">The property's setter.</param>
    /// <param name="symbol">The option's symbol in the paper; an option with one is shown in the table of policies.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public OptionSet<TOptions> With<T>(string name, OptionType<T> type, Func<TOptions, T> get, Action<TOptions, T> set, string? symbol = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(type);
        return Add([new PolicyOption<TOptions, T>(name, type, get, set, symbol)]);
    }

    /// <summary>Adds the options of an object that the options hold and never replace.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="nested">The options of the object.</param>
    /// <param name="get">The property's getter.</param>
    public OptionSet<TOptions> With<TNested>(string name, OptionSet<TNested> nested, Func<TOptions, TNested> get)
        where TNested : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(nested);
        return Add([.. nested.Select(o => o.Within(name, options => get((TOptions)options)))]);
    }

    /// <summary>Adds options of a base class.</summary>
    /// <param name="inherited">The options of the base class.</param>
    public OptionSet<TOptions> With<TBase>(OptionSet<TBase> inherited)
        where TBase : class
    {
        ArgumentNullException.ThrowIfNull(inherited);
        return typeof(TBase).IsAssignableFrom(typeof(TOptions))
            ? Add([.. inherited])
            : throw new ArgumentException($"{typeof(TOptions).Name} does not derive from {typeof(TBase).Name}.", nameof(inherited));
    }

    private OptionSet<TOptions> Add(ImmutableArray<PolicyOption> added) => added.FirstOrDefault(a => Find(a.Name) is not null) is { } twice
        ? throw new ArgumentException($"{typeof(TOptions).Name} has an option '{twice.Name}' already.")
        : new OptionSet<TOptions>(Options.AddRange(added));
}
