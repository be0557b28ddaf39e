using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace CachePolicies.Cluster;

/// <summary>Passes calls on to the process's desk.</summary>
[Reentrant, AtNamedProcess, GrainDirectory(EmptyDirectory.Name), GrainType("worker")]
internal sealed class WorkerGrain(WorkerDesk desk) : Grain, IWorkerGrain
{
    public IAsyncEnumerable<WorkMessage> RunAsync(WorkOrder order, CancellationToken cancellationToken) => desk.RunAsync(order, cancellationToken);

    public ValueTask<WorkerReport> ReportAsync() => ValueTask.FromResult(desk.Report());
}
