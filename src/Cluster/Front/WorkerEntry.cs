namespace CachePolicies.Cluster;

/// <summary>A worker as a front knows it. Guarded by the board's lock.</summary>
/// <param name="address">Where it is.</param>
/// <param name="facts">What it has.</param>
internal sealed class WorkerEntry(SiloAddress address, WorkerFacts facts)
{
    /// <summary>How many waiting orders a model that is not loaded counts for, per row.</summary>
    private const double LoadingCost = 4;

    private int _othersOrders;

    /// <summary>Where it is.</summary>
    public SiloAddress Address { get; } = address;

    /// <summary>What it has.</summary>
    public WorkerFacts Facts { get; } = facts;

    /// <summary>Its last report, or <see langword="null"/> before the first.</summary>
    public WorkerReport? Report { get; private set; }

    /// <summary>When the last report came.</summary>
    public long ReportedAt { get; private set; }

    /// <summary>Whether it is asked how it is.</summary>
    public bool IsBeingAsked { get; set; }

    /// <summary>The orders that this front has given to it.</summary>
    public int OwnOrders { get; set; }

    /// <summary>The number of the choice that chose it last; 0 where none did.</summary>
    public long ChosenAt { get; set; }

    /// <summary>A report came.</summary>
    /// <param name="report">The report.</param>
    /// <param name="ownOrders">This front's orders when it was asked for.</param>
    /// <param name="now">A timestamp.</param>
    public void Accept(WorkerReport report, int ownOrders, long now)
    {
        (Report, ReportedAt) = (report, now);
        _othersOrders = Math.Max(0, report.Orders - ownOrders);
    }

    /// <summary>How long an order of a model would wait, in orders per row.</summary>
    public double CostOf(string model) =>
        ((_othersOrders + OwnOrders) / (double)Facts.Rows) + (Report!.LoadedModels.Contains(model, StringComparer.OrdinalIgnoreCase) ? 0 : LoadingCost);
}
