using CachePolicies.Policies;

namespace CachePolicies.Comparison;

/// <summary>A policy that takes part in a comparison.</summary>
/// <param name="Label">What tables and pictures call it; each policy of a comparison has its own.</param>
/// <param name="Name">The policy's name.</param>
/// <param name="Policy">The policy under its settings.</param>
public sealed record ComparedPolicy(string Label, string Name, ICachePolicy Policy)
{
    /// <summary>The settings that differ from the defaults, each <c>Name=Value</c>: given again they make the same policy.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Every setting in force, defaults among them, each <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Whether it reuses structure and detail separately, so that the log tells the two apart.</summary>
    public bool HasTwoStages { get; init; }

    /// <summary>A known policy under settings.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="options">The settings.</param>
    /// <param name="label">What tables and pictures call it.</param>
    /// <param name="name">The policy's name in results; the descriptor's otherwise.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message lists all that are.</exception>
    public static ComparedPolicy Of(CachePolicyDescriptor policy, CachePolicyOptions options, string label, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(options);
        var defaults = policy.CreateOptions();
        return new ComparedPolicy(label, name ?? policy.Name, policy.Create(options, name))
        {
            Options = [.. policy.Options.Where(o => o.Read(options) != o.Read(defaults)).Select(o => $"{o.Name}={o.Read(options)}")],
            Settings = [.. policy.Options.Select(o => $"{o.Name}={o.Read(options)}")],
            HasTwoStages = policy.HasTwoStages,
        };
    }
}
