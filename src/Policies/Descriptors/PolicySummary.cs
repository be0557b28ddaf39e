namespace CachePolicies.Policies;

/// <summary>A row of the table of policies.</summary>
/// <param name="Title">What it is called, with its paper, in Markdown.</param>
/// <param name="LooksAt">What it compares.</param>
/// <param name="Skips">What it skips.</param>
/// <param name="Settings">What to say of its settings; <see langword="null"/> for every option with a symbol and every forced step that is not off.</param>
public sealed record PolicySummary(string Title, string LooksAt, string Skips, string? Settings = null);
