using CachePolicies.Hosting;
using CachePolicies.Policies;

namespace CachePolicies.Server;

/// <summary>The policies that can be asked for: each known one under its name, and further names of the configuration.</summary>
/// <param name="descriptors">The descriptors by name.</param>
/// <param name="provider">What makes them.</param>
internal sealed class ServedPolicies(IReadOnlyDictionary<string, CachePolicyDescriptor> descriptors, ICachePolicyProvider provider)
{
    /// <summary>The names and what they are, in the order of registration.</summary>
    public IEnumerable<(string Name, CachePolicyDescriptor Descriptor)> All => provider.Names.Select(n => (n, descriptors[n]));

    /// <summary>The policy of a request that names none.</summary>
    public string DefaultName => provider.DefaultName;

    /// <summary>Whether a policy reuses structure and detail separately.</summary>
    /// <param name="name">The name, or <see langword="null"/> for the default.</param>
    public bool HasTwoStages(string? name) => descriptors.TryGetValue(name ?? DefaultName, out var descriptor) && descriptor.HasTwoStages;
}
