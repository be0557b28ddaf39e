namespace CachePolicies.Cluster;

/// <summary>A worker as the others see it. Its key is the address of the process.</summary>
[Alias("CachePolicies.IWorker")]
internal interface IWorkerGrain : IGrainWithStringKey
{
    /// <summary>Does an order.</summary>
    [Alias("Run")]
    IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, CancellationToken cancellationToken);

    /// <summary>How the worker is.</summary>
    [Alias("Report")]
    ValueTask<WorkerReport> ReportAsync();
}
