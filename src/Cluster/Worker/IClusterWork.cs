namespace CachePolicies.Cluster;

/// <summary>What a worker does; its host supplies it. Thread-safe.</summary>
public interface IClusterWork
{
    /// <summary>What this worker has: constant while the process lives.</summary>
    WorkerFacts Facts { get; }

    /// <summary>The models that are in memory.</summary>
    IReadOnlyList<string> LoadedModels { get; }

    /// <summary>What fronts are told of the models, in the host's own format.</summary>
    byte[] Describe();

    /// <summary>Does an order: reports progress and ends in a message that is the last.</summary>
    /// <param name="order">The order.</param>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, CancellationToken cancellationToken);
}
