namespace CachePolicies.Hosting;

/// <summary>Settings of a policy that differ for one request. They apply over the configured ones and are validated with them.</summary>
public sealed class CachePolicyOverrides
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(Type Options, Action<object> Configure)> _actions = [];

    /// <summary>Settings by name, as they would stand in a configuration file.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>Sets an option by name: <c>Set("StructureThreshold", "0.2")</c>; parts of a nested option are separated by colons.</summary>
    /// <returns>This object.</returns>
    public CachePolicyOverrides Set(string option, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(option);
        ArgumentNullException.ThrowIfNull(value);
        _values[option] = value;
        return this;
    }

    /// <summary>Changes the options in code: <c>Configure&lt;H2CacheOptions&gt;(o => o.StructureThreshold = 0.2f)</c>.</summary>
    /// <returns>This object.</returns>
    public CachePolicyOverrides Configure<TOptions>(Action<TOptions> configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        _actions.Add((typeof(TOptions), o => configure((TOptions)o)));
        return this;
    }

    internal void Apply(string policy, object options)
    {
        foreach (var (type, configure) in _actions)
        {
            if (!type.IsInstanceOfType(options))
            {
                throw new ArgumentException($"The policy '{policy}' has {options.GetType().Name}; the request changes {type.Name}.");
            }

            configure(options);
        }
    }
}
