using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>A policy with settings, as the command line or a policy file names it.</summary>
internal sealed class PolicySettings
{
    private readonly CachePolicyOptions _options;

    private PolicySettings(CachePolicyDescriptor entry, string label, CachePolicyOptions options)
    {
        Entry = entry;
        Label = label;
        _options = options;
        Policy = entry.Create(options, Name);
    }

    /// <summary>The policy in the catalogue.</summary>
    public CachePolicyDescriptor Entry { get; }

    /// <summary>Its name as the tool writes it.</summary>
    public string Name => NameOf(Entry);

    /// <summary>What tables and pictures call it.</summary>
    public string Label { get; }

    /// <summary>The policy under the settings.</summary>
    public ICachePolicy Policy { get; }

    /// <summary>The settings that differ from the defaults, as <c>Name=Value</c>: given again they make the same policy.</summary>
    public IReadOnlyList<string> Settings
    {
        get
        {
            var defaults = Entry.CreateOptions();
            return [.. Entry.Options.Where(o => o.Read(_options) != o.Read(defaults)).Select(o => $"{o.Name}={o.Read(_options)}")];
        }
    }

    /// <summary>The names of all policies as the tool writes them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. PolicyCatalog.All.Select(NameOf)];

    /// <summary>What there is to say of it on a model.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>The policy for a model, whose family's published settings stand in for those that were not given.</summary>
    /// <exception cref="CachePlanException">The policy cannot run on the model.</exception>
    public PolicySettings On(DenoiserLayout layout)
    {
        var (options, note) = Entry.ForFamily(_options, layout.Family);
        var own = new PolicySettings(Entry, Label, options);
        var planned = layout.IsConcrete ? own.Policy.Plan(layout).Notes : [];
        return new PolicySettings(Entry, Label, options) { Notes = [.. note is null ? Array.Empty<string>() : [note], .. planned] };
    }

    /// <summary>The policy of a name, without regard to case and dashes.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static CachePolicyDescriptor Find(string name) => PolicyCatalog.Find(name) ?? throw Tool.Names.Unknown("policy", name, Names);

    /// <summary>A policy's name as the tool writes it.</summary>
    public static string NameOf(CachePolicyDescriptor policy) => policy.Name.ToLowerInvariant();

    /// <summary>Every setting in force, defaults among them, as <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> InForce => [.. Entry.Options.Select(o => $"{o.Name}={o.Read(_options)}")];

    /// <summary>The policy as a comparison takes it.</summary>
    public ComparedPolicy ToCompared() => ComparedPolicy.Of(Entry, _options, Label, Name);

    /// <summary>Makes the policy, or says what is wrong with its name or settings.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="settings">Each <c>Name=Value</c>.</param>
    /// <param name="label">What to call it; its name otherwise.</param>
    /// <exception cref="UsageException">There is no such policy or option, or a value is out of range.</exception>
    public static PolicySettings Create(string name, IReadOnlyCollection<string> settings, string? label = null)
    {
        var entry = Find(name);
        var options = entry.CreateOptions();
        OptionArguments.Apply(entry.Options, options, $"the policy '{NameOf(entry)}'", settings);
        var problems = options.Validate();
        return problems.Count == 0
            ? new PolicySettings(entry, label ?? NameOf(entry), options)
            : throw new UsageException(string.Join(" ", problems));
    }
}
