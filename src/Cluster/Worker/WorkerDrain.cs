using Microsoft.Extensions.Hosting;

namespace CachePolicies.Cluster;

/// <summary>A worker that stops finishes its orders before it leaves the cluster, as long as the host's time for stopping allows; fronts repeat the others.</summary>
internal sealed class WorkerDrain(WorkerDesk desk) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAny(desk.DrainAsync(), Task.Delay(Timeout.Infinite, cancellationToken));
}
