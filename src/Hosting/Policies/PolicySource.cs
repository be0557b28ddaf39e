using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting;

/// <summary>Makes one registered policy.</summary>
internal interface IPolicySource
{
    string Name { get; }

    /// <summary>The policy with the last good settings.</summary>
    ICachePolicy Current { get; }

    /// <summary>The policy with settings for one request.</summary>
    ICachePolicy Create(CachePolicyOverrides overrides);
}

/// <summary>
/// Makes a policy of its options, anew when its section changes. A change that is not valid is refused and logged, and the last good values stay.
/// </summary>
internal sealed class PolicySource<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions> : IPolicySource, IDisposable
    where TOptions : class
{
    private readonly PolicySection<TOptions> _section;
    private readonly PolicyBinding<TOptions> _binding;
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly IValidateOptions<TOptions>[] _validators;
    private readonly Func<TOptions, ICachePolicy> _create;
    private readonly Func<ICachePolicy, ICachePolicy> _decorate;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly IDisposable? _watch;
    private ICachePolicy? _current;

    public PolicySource(
        PolicySection<TOptions> section,
        PolicyBinding<TOptions> binding,
        IOptionsFactory<TOptions> factory,
        IEnumerable<IValidateOptions<TOptions>> validators,
        Func<TOptions, ICachePolicy> create,
        Func<ICachePolicy, ICachePolicy> decorate,
        ILogger logger)
    {
        (_section, _binding, _factory, _validators, _create, _decorate, _logger) = (section, binding, factory, [.. validators], create, decorate, logger);
        _watch = section.Watch(Reload);
    }

    public string Name => _section.Name;

    public ICachePolicy Current
    {
        get
        {
            lock (_lock)
            {
                return _current ??= Make(_factory.Create(Name));
            }
        }
    }

    public ICachePolicy Create(CachePolicyOverrides overrides)
    {
        TOptions options;
        lock (_lock)
        {
            options = _factory.Create(Name);
        }

        _binding.Bind(Name, "request", new ConfigurationBuilder().AddInMemoryCollection(overrides.Values).Build(), options);
        overrides.Apply(Name, options);
        var problems = _validators.Select(v => v.Validate(Name, options)).Where(r => r.Failed).SelectMany(r => r.Failures ?? []).ToArray();
        return problems.Length == 0 ? Make(options) : throw new OptionsValidationException(Name, typeof(TOptions), problems);
    }

    public void Dispose() => _watch?.Dispose();

    private void Reload()
    {
        lock (_lock)
        {
            var (last, next) = (_section.Values, _section.Read());
            if (PolicySection<TOptions>.AreEqual(last, next))
            {
                return;
            }

            _section.Values = next;
            try
            {
                _current = Make(_factory.Create(Name));
            }
            catch (Exception refused)
            {
                // Whatever the options or the policy's constructor object to: a change of a file must not stop the host.
                _section.Values = last;
                Log.ReloadRefused(_logger, Name, refused.Message);
                return;
            }
        }

        Log.Reloaded(_logger, Name);
        _section.Announce();
    }

    private DiagnosticPolicy Make(TOptions options)
    {
        var policy = _decorate(PolicyRules.Apply(_create(options), _section.Values, _section.Path));
        return new DiagnosticPolicy(string.Equals(policy.Name, Name, StringComparison.Ordinal) ? policy : new NamedPolicy(policy, Name), _logger);
    }

    /// <summary>A policy under the name that it was registered by.</summary>
    private sealed class NamedPolicy(ICachePolicy inner, string name) : DelegatingCachePolicy(inner)
    {
        public override string Name => name;
    }
}
