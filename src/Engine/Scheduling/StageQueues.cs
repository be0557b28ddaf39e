using System.Runtime.InteropServices;

namespace CachePolicies.Engine;

/// <summary>The queues of a scheduler, one for each stage and set of shapes. Guarded by the scheduler's lock.</summary>
internal sealed class StageQueues(StageSchedulerOptions options)
{
    private readonly List<StageQueue> _queues = [];
    private readonly Dictionary<(StagePort Port, bool Apart), StageQueue> _byPort = [];
    private readonly List<StageQueue> _candidates = [];
    private readonly List<WaitingStage> _waiting = [];

    /// <summary>How many lanes wait.</summary>
    public int Lanes { get; private set; }

    public void Add(StagePort port, bool apart, in WaitingLane lane)
    {
        For(port, apart).Add(lane);
        Lanes++;
    }

    /// <summary>Takes the lanes of the next run out, as the scheduler's order has it.</summary>
    /// <param name="run">Gets the lanes.</param>
    /// <param name="workers">How many workers are free, the one that asks among them.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>The stage.</returns>
    public StagePort Take(Span<WaitingLane> run, int workers, out int count)
    {
        _candidates.Clear();
        _waiting.Clear();
        foreach (var queue in _queues)
        {
            if (queue.Count > 0)
            {
                _candidates.Add(queue);
                _waiting.Add(new WaitingStage(queue.Port.Index ?? -1, queue.Count, queue.MaximumRows, options.TimeProvider.GetElapsedTime(queue.Since)));
            }
        }

        var chosen = _candidates.Count == 1 ? 0 : options.Order.Choose(CollectionsMarshal.AsSpan(_waiting), options);
        if (chosen < 0 || chosen >= _candidates.Count)
        {
            chosen = 0;
        }

        count = _candidates[chosen].Take(run, _candidates.Count == 1 ? workers : 1);
        Lanes -= count;
        return _candidates[chosen].Port;
    }

    /// <summary>Takes the lanes of a generation out of all queues.</summary>
    /// <returns>How many there were.</returns>
    public int Withdraw(ScheduledGeneration generation)
    {
        var count = 0;
        foreach (var queue in _queues)
        {
            count += queue.Withdraw(generation);
        }

        Lanes -= count;
        return count;
    }

    /// <summary>Forgets the stages, which may belong to models that are disposed of later; called while no lane waits.</summary>
    public void Forget()
    {
        _queues.Clear();
        _byPort.Clear();
        _candidates.Clear();
    }

    private StageQueue For(StagePort port, bool apart) => _byPort.TryGetValue((port, apart), out var known) ? known : Open(port, apart);

    private StageQueue Open(StagePort port, bool apart)
    {
        var rows = apart ? 1 : options.MaximumRows;
        var queue = _queues.Find(q => q.MaximumRows == rows && q.Port.SharesRunsWith(port));
        if (queue is null)
        {
            queue = new StageQueue(port, rows);
            _queues.Add(queue);
        }

        _byPort.Add((port, apart), queue);
        return queue;
    }
}
