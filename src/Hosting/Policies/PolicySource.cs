using System.Collections.Concurrent;
using CachePolicies.Policies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Makes one registered policy.</summary>
internal interface IPolicySource
{
    string Name { get; }

    /// <summary>The policy with the last good settings.</summary>
    /// <param name="family">The model's family, or <see langword="null"/>.</param>
    ICachePolicy For(string? family);

    /// <summary>The policy with settings for one request.</summary>
    ICachePolicy Create(CachePolicyOverrides overrides, string? family);
}

/// <summary>How a policy is made of its options, and what is put around it.</summary>
/// <param name="Create">Makes it for a family of models, or for none.</param>
/// <param name="Decorate">Puts around it what was registered for its name.</param>
internal sealed record PolicyRecipe<TOptions>(Func<TOptions, string?, ICachePolicy> Create, Func<ICachePolicy, ICachePolicy> Decorate);

/// <summary>
/// Makes a policy of its options, again whenever its section changes. A change that is not valid is refused and logged, and the last good values stay.
/// </summary>
internal sealed class PolicySource<TOptions> : IPolicySource
    where TOptions : class
{
    private readonly SettingsSection<TOptions> _section;
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly IValidateOptions<TOptions>[] _validators;
    private readonly PolicyRecipe<TOptions> _recipe;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private ConcurrentDictionary<string, ICachePolicy> _current = new(StringComparer.OrdinalIgnoreCase);

    public PolicySource(
        SettingsSection<TOptions> section,
        SettingsStore store,
        IOptionsFactory<TOptions> factory,
        IEnumerable<IValidateOptions<TOptions>> validators,
        PolicyRecipe<TOptions> recipe,
        ILogger logger)
    {
        (_section, _factory, _validators, _recipe, _logger) = (section, factory, [.. validators], recipe, logger);
        store.OnChange(Reload);
    }

    public string Name => _section.Name;

    public ICachePolicy For(string? family)
    {
        lock (_lock)
        {
            return _current.GetOrAdd(family ?? "", static (key, source) => source.Make(source._factory.Create(source.Name), source._section.Values, key.Length == 0 ? null : key), this);
        }
    }

    public ICachePolicy Create(CachePolicyOverrides overrides, string? family)
    {
        TOptions options;
        IReadOnlyDictionary<string, string?> values;
        lock (_lock)
        {
            (options, values) = (_factory.Create(Name), _section.Values);
        }

        overrides.Apply(Name, _section, options);
        var problems = _validators.Select(v => v.Validate(Name, options)).Where(r => r.Failed).SelectMany(r => r.Failures ?? []).ToArray();
        return problems.Length == 0
            ? Make(options, overrides.Over(values), family)
            : throw new OptionsValidationException(Name, typeof(TOptions), problems);
    }

    private void Reload()
    {
        lock (_lock)
        {
            var made = new ConcurrentDictionary<string, ICachePolicy>(StringComparer.OrdinalIgnoreCase);
            if (!_section.TryTake(() => made[""] = Make(_factory.Create(Name), _section.Values, null), _logger))
            {
                return;
            }

            _current = made;
        }

        Log.Reloaded(_logger, _section.Path);
        _section.Announce();
    }

    private DiagnosticPolicy Make(TOptions options, IReadOnlyDictionary<string, string?> values, string? family)
    {
        var made = _recipe.Create(options, family);
        var policy = _recipe.Decorate(options is CachePolicyOptions ? made : ForcedSteps.Of(_section.Path, values).Decorate(made));
        return new DiagnosticPolicy(string.Equals(policy.Name, Name, StringComparison.Ordinal) ? policy : new NamedPolicy(policy, Name), _logger);
    }

    /// <summary>A policy under the name that it was registered by.</summary>
    private sealed class NamedPolicy(ICachePolicy inner, string name) : DelegatingCachePolicy(inner)
    {
        public override string Name => name;
    }
}
