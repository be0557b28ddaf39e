using Microsoft.Extensions.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace CachePolicies.Cluster;

/// <summary>Keeps the board: which processes are members and generate, and how each is.</summary>
internal sealed class WorkerWatch(
    WorkerBoard board, ClusterOptions options, IClusterMembershipService membership, ISiloMetadataCache metadata, IGrainFactory grains) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Heartbeat);
        do
        {
            board.SetWorkers(Workers());
            foreach (var (address, ownOrders) in board.BeginAsking())
            {
                _ = AskAsync(address, ownOrders, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private Dictionary<SiloAddress, WorkerFacts> Workers()
    {
        var workers = new Dictionary<SiloAddress, WorkerFacts>();
        foreach (var member in membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active))
        {
            if (metadata.GetSiloMetadata(member.SiloAddress) is { } entries && WorkerMetadata.Read(entries.Metadata) is { } facts)
            {
                workers.Add(member.SiloAddress, facts);
            }
        }

        return workers;
    }

    private async Task AskAsync(SiloAddress address, int ownOrders, CancellationToken cancellationToken)
    {
        WorkerReport? report = null;
        try
        {
            var asked = grains.GetGrain<IWorkerGrain>(address.ToParsableString()).ReportAsync().AsTask();
            report = await asked.WaitAsync(3 * options.Heartbeat, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A worker that does not answer has no report, and after some it is not chosen.
        }

        board.EndAsking(address, report, ownOrders);
    }
}
