using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Settings of a policy that differ for one request. They apply over the configured ones and are validated with them.</summary>
public sealed class CachePolicyOverrides
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(Type Options, Action<object> Configure)> _actions = [];

    /// <summary>Settings by name, as a configuration file has them, with colons between the parts of a nested one.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>
    /// Sets an option by name: <c>Set("StructureThreshold", "0.2")</c>; parts of a nested option are separated by dots or colons. An option that names a
    /// file is refused when the policy is made: values by name may come from strangers.
    /// </summary>
    /// <returns>This object.</returns>
    public CachePolicyOverrides Set(string option, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(option);
        ArgumentNullException.ThrowIfNull(value);
        _values[option.Replace('.', ':')] = value;
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

    /// <summary>Changes options.</summary>
    /// <exception cref="OptionsValidationException">A value cannot be used.</exception>
    /// <exception cref="ArgumentException">The policy's options are of another class than the code expects.</exception>
    internal void Apply<TOptions>(string policy, SettingsSection<TOptions> section, TOptions options)
        where TOptions : class
    {
        section.Bind("request", _values, options, filesAllowed: false);
        foreach (var (type, configure) in _actions)
        {
            if (!type.IsInstanceOfType(options))
            {
                throw new ArgumentException($"The policy '{policy}' has {options.GetType().Name}; the request changes {type.Name}.");
            }

            configure(options);
        }
    }

    /// <summary>A section's values with those of the request in their places.</summary>
    internal IReadOnlyDictionary<string, string?> Over(IReadOnlyDictionary<string, string?> values) => _values.Count == 0
        ? values
        : values.Where(v => !_values.ContainsKey(v.Key)).Concat(_values).ToDictionary(StringComparer.OrdinalIgnoreCase);
}
