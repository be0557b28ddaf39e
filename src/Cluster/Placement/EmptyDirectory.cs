using Orleans.GrainDirectory;

namespace CachePolicies.Cluster;

/// <summary>
/// A directory of grains whose key says where they are, so that nothing need be written down. Thus a call to one worker does not depend on another, which might
/// be the one that died.
/// </summary>
internal sealed class EmptyDirectory : IGrainDirectory
{
    /// <summary>Its name.</summary>
    public const string Name = "none";

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
