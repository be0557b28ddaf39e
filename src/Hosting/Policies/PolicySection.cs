using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CachePolicies.Hosting;

/// <summary>
/// The values of a policy's section that were last found good: what options are bound from, so that an invalid change of a file touches nobody.
/// Tells option monitors when new values were taken.
/// </summary>
internal sealed class PolicySection<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions> : IConfigureNamedOptions<TOptions>, IOptionsChangeTokenSource<TOptions>
    where TOptions : class
{
    private readonly PolicyBinding<TOptions> _binding;
    private readonly IConfiguration? _configuration;
    private IConfiguration? _values;
    private ConfigurationReloadToken _changed = new();

    public PolicySection(string name, PolicyBinding<TOptions> binding, IConfiguration? configuration)
    {
        (Name, _binding, _configuration) = (name, binding, configuration);
        _values = Read();
    }

    public string Name { get; }

    /// <summary>Where the section stands in configuration.</summary>
    public string Path => $"{CachePoliciesOptions.SectionName}:{Name}";

    /// <summary>The values that options are bound from; set by the policy's source alone.</summary>
    public IConfiguration? Values
    {
        get => Volatile.Read(ref _values);
        set => Volatile.Write(ref _values, value);
    }

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        if (string.Equals(name, Name, StringComparison.Ordinal) && Values is { } values)
        {
            _binding.Bind(Name, Path, values, options);
        }
    }

    public IChangeToken GetChangeToken() => Volatile.Read(ref _changed);

    /// <summary>Copies the section as it stands in configuration now.</summary>
    public IConfiguration? Read() => _configuration is null
        ? null
        : new ConfigurationBuilder().AddInMemoryCollection(_configuration.GetSection(Path).AsEnumerable(makePathsRelative: true)).Build();

    /// <summary>Tells option monitors that <see cref="Values"/> are new.</summary>
    public void Announce() => Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();

    /// <summary>Watches the configuration.</summary>
    public IDisposable? Watch(Action changed) => _configuration is null ? null : ChangeToken.OnChange(_configuration.GetReloadToken, changed);

    public static bool AreEqual(IConfiguration? a, IConfiguration? b)
    {
        static Dictionary<string, string?> Flat(IConfiguration? values) => values?.AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase) ?? [];
        var (left, right) = (Flat(a), Flat(b));
        return left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);
    }
}
