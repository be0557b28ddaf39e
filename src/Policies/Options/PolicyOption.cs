namespace CachePolicies.Policies;

/// <summary>One option of an options object, with everything that reads, writes, checks and describes it.</summary>
public abstract class PolicyOption
{
    private protected PolicyOption(string name, OptionType type, string? symbol) => (Name, Type, Symbol) = (name, type, symbol);

    /// <summary>The property's name; for one of a nested object with that object's in front: <c>Approximation.Damping</c>.</summary>
    public string Name { get; }

    /// <summary>The values it takes.</summary>
    public OptionType Type { get; }

    /// <summary>Its symbol in the paper, or <see langword="null"/>.</summary>
    public string? Symbol { get; }

    /// <summary>The value as text, such as <see cref="TryWrite"/> reads.</summary>
    /// <param name="options">The options object.</param>
    public abstract string Read(object options);

    /// <summary>Sets the value.</summary>
    /// <param name="options">The options object.</param>
    /// <param name="text">The value as text.</param>
    /// <returns><see langword="false"/> where the text is not of the option's kind, and nothing was set. A value out of range is set, and found by <see cref="IsRight"/>.</returns>
    public abstract bool TryWrite(object options, string text);

    /// <summary>Whether the value is in range.</summary>
    public abstract bool IsRight(object options);

    /// <summary>Whether somebody set it.</summary>
    public abstract bool IsGiven(object options);

    /// <summary>Copies the value from one object to another of the same type.</summary>
    public abstract void Copy(object from, object to);

    /// <summary>The same option of an object that holds the options object.</summary>
    internal abstract PolicyOption Within(string prefix, Func<object, object> holder);
}

/// <summary>An option by its property's accessors.</summary>
internal sealed class PolicyOption<TOptions, T>(
    string name, OptionType<T> type, Func<TOptions, T> get, Action<TOptions, T> set, string? symbol, string? path = null, Func<object, object>? holder = null) : PolicyOption(path ?? name, type, symbol)
    where TOptions : class
{
    private readonly string _property = name;

    public override string Read(object options) => type.Format(get(Holder(options)));

    public override bool TryWrite(object options, string text)
    {
        if (!type.TryParse(text, out var value))
        {
            return false;
        }

        set(Holder(options), value);
        return true;
    }

    public override bool IsRight(object options) => type.IsRight(get(Holder(options)));

    public override bool IsGiven(object options) => Holder(options) is TrackedOptions tracked && tracked.IsGiven(_property);

    public override void Copy(object from, object to) => set(Holder(to), get(Holder(from)));

    internal override PolicyOption Within(string prefix, Func<object, object> outer) =>
        new PolicyOption<TOptions, T>(_property, type, get, set, Symbol, $"{prefix}.{Name}", holder is null ? outer : o => holder(outer(o)));

    private TOptions Holder(object options) => (TOptions)(holder is null ? options : holder(options));
}
