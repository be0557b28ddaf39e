using Orleans.Runtime.Placement;

namespace CachePolicies.Cluster;

/// <summary>Places a grain in the process that its key names, and nowhere where that process is not a member any more.</summary>
internal sealed class NamedProcessDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var name = target.GrainIdentity.Key.ToString()!;
        foreach (var process in context.GetCompatibleSilos(target))
        {
            if (process.ToParsableString() == name)
            {
                return Task.FromResult(process);
            }
        }

        return Task.FromException<SiloAddress>(new OrleansException($"The worker {name} is not a member of the cluster."));
    }
}
