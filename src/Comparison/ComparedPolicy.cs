namespace CachePolicies.Comparison;

/// <summary>A policy that takes part in a comparison.</summary>
/// <param name="Label">What tables and pictures call it; each policy of a comparison has its own.</param>
/// <param name="Name">The policy's name.</param>
/// <param name="Policy">The policy under its settings.</param>
public sealed record ComparedPolicy(string Label, string Name, ICachePolicy Policy)
{
    /// <summary>The settings that differ from the defaults, each <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Every setting in force, defaults among them, each <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Whether it reuses structure and detail separately, so that the log tells the two apart.</summary>
    public bool HasTwoStages { get; init; }
}
