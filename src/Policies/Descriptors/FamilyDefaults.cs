namespace CachePolicies.Policies;

/// <summary>Settings that are published for a family of models.</summary>
/// <param name="Family">The family, one of <see cref="ModelFamily"/>.</param>
/// <param name="Source">Who published them.</param>
/// <param name="Settings">Each <c>Name=Value</c>.</param>
public sealed record FamilyDefaults(string Family, string Source, params IReadOnlyList<string> Settings)
{
    /// <summary>A setting, <c>Name=Value</c>, with which alone they are used; <see langword="null"/>, the default, for always.</summary>
    public string? Where { get; init; }

    /// <summary>The options with the family's settings where nobody set any, and a sentence that says so.</summary>
    internal static FamilySettings Apply(CachePolicyDescriptor policy, CachePolicyOptions given, string? family)
    {
        if (family is null || policy.Families.Count == 0)
        {
            return new(given, null);
        }

        if (policy.Families.FirstOrDefault(f => f.IsFor(policy, given, family)) is not { } defaults)
        {
            return new(given, $"Nothing is published for {policy.Name} on the family '{Excerpt.Of(family)}', so that what is not set has its general default; tune it for the model.");
        }

        var resolved = policy.CreateOptions();
        foreach (var option in policy.Options)
        {
            option.Copy(given, resolved);
        }

        given.CopyUndeclared(resolved);
        var taken = defaults.Settings.Where(s => !Find(policy, s).Option.IsGiven(given)).ToArray();
        foreach (var setting in taken)
        {
            var (option, value) = Find(policy, setting);
            if (!option.TryWrite(resolved, value))
            {
                throw new InvalidOperationException($"The family '{defaults.Family}' of {policy.Name} has '{setting}'; expected {option.Type.Expected}.");
            }
        }

        return taken.Length == 0
            ? new(given, null)
            : new(resolved, $"{policy.Name} takes {string.Join(", ", taken)} for the family '{defaults.Family}' ({defaults.Source}).");
    }

    private bool IsFor(CachePolicyDescriptor policy, CachePolicyOptions given, string family) =>
        Family.Equals(family, StringComparison.OrdinalIgnoreCase) && (Where is null || (Find(policy, Where) is var (option, value) && option.Read(given) == value));

    private static (PolicyOption Option, string Value) Find(CachePolicyDescriptor policy, string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        return (policy.Options.Find(setting[..equals]) ?? throw new InvalidOperationException($"{policy.Name} has no option for '{setting}'."), setting[(equals + 1)..]);
    }
}

/// <summary>Settings as they are for a model of a family.</summary>
/// <param name="Options">The settings: those that somebody set, then the family's published ones, then the general defaults.</param>
/// <param name="Note">A sentence that says what was taken; <see langword="null"/> where nothing was.</param>
public sealed record FamilySettings(CachePolicyOptions Options, string? Note);

/// <summary>A policy that has something to say about its plan.</summary>
internal sealed class NotedPolicy(ICachePolicy inner, string note) : DelegatingCachePolicy(inner)
{
    public override CachePlan Plan(DenoiserLayout layout) => base.Plan(layout).Note(note);
}
