using Orleans.Placement;

namespace CachePolicies.Cluster;

/// <summary>The grain is in the process that its key names.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AtNamedProcessAttribute() : PlacementAttribute(AtNamedProcess.Instance);

/// <summary>The strategy of <see cref="AtNamedProcessAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("CachePolicies.AtNamedProcess")]
internal sealed class AtNamedProcess : PlacementStrategy
{
    /// <summary>The only one.</summary>
    public static AtNamedProcess Instance { get; } = new();
}
