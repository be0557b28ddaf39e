namespace CachePolicies.Engine;

/// <summary>A lane that waits for a stage.</summary>
/// <param name="Generation">Whose it is.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Since">The scheduler's time stamp.</param>
internal readonly record struct WaitingLane(ScheduledGeneration Generation, Lane Lane, long Since);

/// <summary>The lanes that wait for one stage over one set of shapes, in the order in which they came. Guarded by the scheduler's lock.</summary>
/// <param name="port">The stage, as one of the generations sees it; the others' ports are alike.</param>
/// <param name="maximumRows">How many lanes a run can take.</param>
internal sealed class StageQueue(StagePort port, int maximumRows)
{
    private readonly List<WaitingLane> _lanes = [];

    public StagePort Port => port;

    public int MaximumRows => maximumRows;

    public int Count => _lanes.Count;

    /// <summary>When the first of the lanes came.</summary>
    public long Since => _lanes[0].Since;

    public void Add(in WaitingLane lane) => _lanes.Add(lane);

    /// <summary>Takes the lanes of the next run out.</summary>
    /// <param name="run">Gets the lanes.</param>
    /// <param name="workers">Among how many workers they can be shared out, at least 1.</param>
    /// <returns>How many there are.</returns>
    public int Take(Span<WaitingLane> run, int workers)
    {
        var share = (_lanes.Count + workers - 1) / workers;
        var count = Math.Min(share, maximumRows);
        for (var i = 0; i < count; i++)
        {
            run[i] = _lanes[i];
        }

        _lanes.RemoveRange(0, count);
        return count;
    }

    /// <summary>Takes the lanes of a generation out.</summary>
    /// <returns>How many there were.</returns>
    public int Withdraw(ScheduledGeneration generation) => _lanes.RemoveAll(l => l.Generation == generation);
}
