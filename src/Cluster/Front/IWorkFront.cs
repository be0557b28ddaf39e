namespace CachePolicies.Cluster;

/// <summary>Gives orders to workers. Thread-safe.</summary>
public interface IWorkFront
{
    /// <summary>The last reports of the workers that answer.</summary>
    IReadOnlyList<WorkerReport> Reports { get; }

    /// <summary>
    /// Has an order done: by the worker whose model is loaded and whose queue is short, and by another where that one is lost. Progress comes once however often
    /// the order was begun; the last message is <see cref="WorkMessageKind.Done"/>, <see cref="WorkMessageKind.Refused"/> or, where no worker takes the order,
    /// <see cref="WorkMessageKind.RefusedHere"/>. Read it without pauses: a worker whose messages nobody takes for a while stops.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="cancellationToken">Stops the worker.</param>
    /// <exception cref="WorkLostException">No worker is there, or too many were lost over it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the caller.</exception>
    IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, CancellationToken cancellationToken);
}
