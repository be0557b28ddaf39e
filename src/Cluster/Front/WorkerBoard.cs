namespace CachePolicies.Cluster;

/// <summary>
/// The workers that a front knows: what each has, how long its queue is, and when it was last heard of. Chooses the one whose model is loaded and whose queue is
/// short. Thread-safe.
/// </summary>
/// <param name="options">How often workers report.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkerBoard(ClusterOptions options, TimeProvider time)
{
    private const int MissedReports = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<SiloAddress, WorkerEntry> _workers = [];
    private volatile WorkerReport[] _reports = [];
    private long _choices;

    /// <summary>The last reports of the workers that answer, those of the longest members first.</summary>
    public IReadOnlyList<WorkerReport> Reports => _reports;

    /// <summary>The workers are these.</summary>
    public void SetWorkers(IReadOnlyDictionary<SiloAddress, WorkerFacts> workers)
    {
        lock (_lock)
        {
            foreach (var gone in _workers.Keys.Where(a => !workers.ContainsKey(a)).ToArray())
            {
                _workers.Remove(gone);
            }

            foreach (var (address, facts) in workers)
            {
                _workers.TryAdd(address, new WorkerEntry(address, facts));
            }

            Publish();
        }
    }

    /// <summary>The workers that should be asked how they are, each with this front's orders there; each is asked once at a time.</summary>
    public IReadOnlyList<(SiloAddress Address, int OwnOrders)> BeginAsking()
    {
        lock (_lock)
        {
            var asked = _workers.Values.Where(w => !w.IsBeingAsked).ToArray();
            foreach (var worker in asked)
            {
                worker.IsBeingAsked = true;
            }

            return [.. asked.Select(w => (w.Address, w.OwnOrders))];
        }
    }

    /// <summary>A worker answered, or did not.</summary>
    public void EndAsking(SiloAddress address, WorkerReport? report, int ownOrders)
    {
        lock (_lock)
        {
            if (_workers.TryGetValue(address, out var worker))
            {
                worker.IsBeingAsked = false;
                var isNew = worker.Report is null;
                if (report is not null)
                {
                    worker.Accept(report, ownOrders, time.GetTimestamp());
                }

                if (isNew && report is not null)
                {
                    Publish();
                }
            }
        }
    }

    /// <summary>Chooses a worker for an order and counts the order there.</summary>
    /// <param name="model">The model that it needs.</param>
    /// <param name="excluded">Workers that are not asked.</param>
    /// <returns>The worker, which takes one back from <see cref="Release"/>; or <see langword="null"/>.</returns>
    public SiloAddress? Choose(string model, IReadOnlySet<SiloAddress> excluded)
    {
        lock (_lock)
        {
            WorkerEntry? best = null;
            var least = double.PositiveInfinity;
            foreach (var worker in _workers.Values)
            {
                if (!IsThere(worker) || worker.Report!.IsDraining || excluded.Contains(worker.Address) || !worker.Facts.Models.Contains(model, StringComparer.OrdinalIgnoreCase))
                {
                    continue;
                }

                // Equals take turns.
                var cost = worker.CostOf(model);
                if (cost < least || (cost == least && worker.ChosenAt < best!.ChosenAt))
                {
                    (best, least) = (worker, cost);
                }
            }

            if (best is null)
            {
                return null;
            }

            best.OwnOrders++;
            best.ChosenAt = ++_choices;
            return best.Address;
        }
    }

    /// <summary>An order has left a worker.</summary>
    public void Release(SiloAddress address)
    {
        lock (_lock)
        {
            if (_workers.TryGetValue(address, out var worker) && worker.OwnOrders > 0)
            {
                worker.OwnOrders--;
            }
        }
    }

    private bool IsThere(WorkerEntry worker) => worker.Report is not null && time.GetElapsedTime(worker.ReportedAt) <= MissedReports * options.Heartbeat;

    private void Publish() => _reports = [.. _workers.Values.Where(IsThere).OrderBy(w => w.Address.Generation).Select(w => w.Report!)];
}
