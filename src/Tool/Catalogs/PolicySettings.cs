using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>A policy with settings, as the command line or a policy file names it.</summary>
internal sealed class PolicySettings
{
    private readonly CachePolicyOptions? _options;
    private readonly IReadOnlyCollection<string> _given;

    private PolicySettings(PolicyEntry entry, string label, CachePolicyOptions? options, IReadOnlyCollection<string> given)
    {
        Entry = entry;
        Label = label;
        _options = options;
        _given = given;
        Policy = options is null ? CachePolicy.None : entry.CreatePolicy(options);
    }

    public PolicyEntry Entry { get; }

    /// <summary>What tables and pictures call it.</summary>
    public string Label { get; }

    public ICachePolicy Policy { get; }

    /// <summary>The settings that differ from the defaults, as <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> Settings => _options is null ? [] : OptionBinder.Describe(_options, Entry.CreateOptions!(), _given);

    /// <summary>Every setting in force, defaults among them, as <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> InForce => _options is null ? [] : OptionBinder.All(_options, _given);

    /// <summary>The policy as a comparison takes it.</summary>
    public ComparedPolicy ToCompared() => new(Label, Entry.Name, Policy) { Options = Settings, Settings = InForce, HasTwoStages = Entry.HasTwoStages };

    /// <summary>Makes the policy, or says what is wrong with its name or settings.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="settings">Each <c>Name=Value</c>.</param>
    /// <param name="label">What to call it; its name otherwise.</param>
    /// <exception cref="UsageException">There is no such policy or option, or a value is out of range.</exception>
    public static PolicySettings Create(string name, IReadOnlyCollection<string> settings, string? label = null)
    {
        var entry = PolicyCatalog.Find(name);
        if (entry.CreateOptions is null)
        {
            return settings.Count == 0
                ? new PolicySettings(entry, label ?? entry.Name, null, [])
                : throw new UsageException($"The policy '{entry.Name}' has no options; '{settings.First()}' cannot be set.");
        }

        var options = entry.CreateOptions();
        OptionBinder.Apply(options, $"the policy '{entry.Name}'", settings);
        var problems = options.Validate();
        return problems.Count == 0
            ? new PolicySettings(entry, label ?? entry.Name, options, settings)
            : throw new UsageException(string.Join(" ", problems));
    }
}
