namespace CachePolicies.Hosting;

/// <summary>The names under which policies were registered, in order.</summary>
internal sealed class PolicyRegistry
{
    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    public void Add(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Contains(':', StringComparison.Ordinal) || CachePoliciesOptions.IsReserved(name))
        {
            throw new ArgumentException($"A policy cannot be called '{Excerpt.Of(name)}': the section '{CachePoliciesOptions.SectionName}:{Excerpt.Of(name)}' for its settings means something else.", nameof(name));
        }

        if (_names.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"A policy is registered as '{name}' already; give this one another name.");
        }

        _names.Add(name);
    }

    /// <summary>The registered spelling of a name, or <see langword="null"/>.</summary>
    public string? Find(string name) => _names.Find(n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase));
}
