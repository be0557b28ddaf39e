namespace CachePolicies.Engine;

/// <summary>
/// Runs the stages of many generations on one device: lanes that wait for the same stage over the same shapes, of whichever generation and whatever step, are
/// computed in one run. Each generation goes its own way: steps, schedule, seed, policy and guidance are its own, and it comes and goes at any time. One
/// that skips a stage waits for nobody; one that fails takes no other with it. Thread-safe. Works on the thread pool, and only while a generation is there.
/// </summary>
/// <remarks>
/// Timestep and noise level are inputs of a lane as all others are, so that rows of one run may be at different steps. A run that fails with several lanes
/// is repeated with each lane alone, and only those that fail again end their generations.
/// </remarks>
public sealed class StageScheduler
{
    private readonly Lock _lock = new();
    private readonly StageQueues _queues;
    private readonly Queue<ScheduledGeneration> _ready = new();
    private readonly Stack<StageWorker> _idle = new();
    private int _generations;
    private int _working;

    /// <summary>Makes a scheduler; it holds nothing until it is used.</summary>
    /// <param name="options">How runs are shared; the defaults otherwise.</param>
    public StageScheduler(StageSchedulerOptions? options = null)
    {
        Options = options ?? new StageSchedulerOptions();
        _queues = new StageQueues(Options);
    }

    /// <summary>How runs are shared.</summary>
    public StageSchedulerOptions Options { get; }

    /// <summary>How many generations are under way.</summary>
    public int Generations
    {
        get
        {
            lock (_lock)
            {
                return _generations;
            }
        }
    }

    /// <summary>Runs a generation to its end.</summary>
    /// <param name="generation">The generation, of which no evaluation is under way. Borrowed, and nobody else's until the task has ended.</param>
    /// <param name="onEvaluation">Called after each evaluation, on a thread of the scheduler: others wait meanwhile, so it should be short.</param>
    /// <param name="cancellationToken">Ends the generation within the stage run that is under way.</param>
    /// <exception cref="StageFailedException">A stage failed for one of its lanes.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(Generation generation, Action<Generation>? onEvaluation = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generation);
        cancellationToken.ThrowIfCancellationRequested();
        var scheduled = new ScheduledGeneration(generation, onEvaluation, cancellationToken);
        lock (_lock)
        {
            _generations++;
            _ready.Enqueue(scheduled);
            StartWorker();
        }

        try
        {
            await using var cancelled = cancellationToken.UnsafeRegister(_ => Withdraw(scheduled), null).ConfigureAwait(false);
            await scheduled.Ended.ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (--_generations == 0)
                {
                    _queues.Forget();
                }
            }
        }
    }

    /// <summary>Puts lanes in the queue of a stage.</summary>
    internal void Enqueue(ScheduledGeneration generation, StagePort port, ReadOnlySpan<Lane> lanes)
    {
        var now = Options.TimeProvider.GetTimestamp();
        lock (_lock)
        {
            foreach (var lane in lanes)
            {
                _queues.Add(port, port.RunsLanesApart || generation.Session.Runner.RunsLanesApart, new WaitingLane(generation, lane, now));
            }
        }

        // Cancelled before it was in the queue: nobody has looked for it there.
        if (generation.CancellationToken.IsCancellationRequested)
        {
            Withdraw(generation);
        }
    }

    /// <summary>Says what a worker does next.</summary>
    /// <param name="worker">The worker; it ends where there is nothing.</param>
    /// <param name="generation">A generation that goes on, where there is one.</param>
    /// <param name="port">Else the stage that runs.</param>
    /// <param name="lanes">For how many lanes, which the worker was given.</param>
    /// <returns>False where there is nothing to do.</returns>
    internal bool TakeWork(StageWorker worker, out ScheduledGeneration? generation, out StagePort? port, out int lanes)
    {
        (port, lanes) = (null, 0);
        lock (_lock)
        {
            if (!_ready.TryDequeue(out generation))
            {
                if (_queues.Lanes == 0)
                {
                    _working--;
                    _idle.Push(worker);
                    return false;
                }

                port = _queues.Take(worker.Run, Options.ParallelRuns - _working + 1, out lanes);
                worker.IsAlone = _generations == 1;
            }

            if (_ready.Count > 0 || _queues.Lanes > 0)
            {
                StartWorker();
            }

            return true;
        }
    }

    private void Withdraw(ScheduledGeneration generation)
    {
        lock (_lock)
        {
            var withdrawn = _queues.Withdraw(generation);
            if (withdrawn == 0)
            {
                return;
            }

            generation.Fail(new OperationCanceledException(generation.CancellationToken));
            if (generation.Ran(withdrawn))
            {
                _ready.Enqueue(generation);
                StartWorker();
            }
        }
    }

    private void StartWorker()
    {
        if (_working < Options.ParallelRuns)
        {
            _working++;
            ThreadPool.UnsafeQueueUserWorkItem(_idle.TryPop(out var worker) ? worker : new StageWorker(this), preferLocal: false);
        }
    }
}
