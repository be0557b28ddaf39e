using Microsoft.Extensions.Hosting;

namespace CachePolicies.Cluster;

/// <summary>
/// A worker that stops finishes its orders before it leaves the cluster, and stays until every front has heard that it takes no more, as long as the host's time
/// for stopping allows. Fronts repeat what it did not finish.
/// </summary>
internal sealed class WorkerDrain(WorkerDesk desk, ClusterOptions options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(Task.WhenAll(desk.DrainAsync(), Task.Delay(2 * options.Heartbeat, cancellationToken)), Task.Delay(Timeout.Infinite, cancellationToken));
}
