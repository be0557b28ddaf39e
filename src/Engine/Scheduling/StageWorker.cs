namespace CachePolicies.Engine;

/// <summary>Runs one stage at a time for a scheduler, and moves the generations on whose lanes have run. Allocates nothing in steady state.</summary>
internal sealed class StageWorker(StageScheduler scheduler) : IThreadPoolWorkItem
{
    private readonly StageExecution _execution = new();
    private readonly WaitingLane[] _run = new WaitingLane[scheduler.Options.MaximumRows];
    private readonly Lane[] _lanes = new Lane[scheduler.Options.MaximumRows];

    /// <summary>Gets the lanes of the next run.</summary>
    public Span<WaitingLane> Run => _run;

    /// <summary>Whether there is one generation only, whose tensors come round in the same order at each step.</summary>
    public bool IsAlone { get; set; }

    public void Execute()
    {
        while (scheduler.TakeWork(this, out var generation, out var port, out var lanes))
        {
            if (generation is not null)
            {
                GoOn(generation);
                continue;
            }

            Compute(port!, _run.AsSpan(0, lanes));
            Array.Clear(_run, 0, lanes);
            Array.Clear(_lanes, 0, lanes);
        }
    }

    private void GoOn(ScheduledGeneration generation)
    {
        if (generation.NextRun(out var lanes) is { } port)
        {
            scheduler.Enqueue(generation, port, lanes);
        }
    }

    private void Compute(StagePort port, ReadOnlySpan<WaitingLane> run)
    {
        for (var i = 0; i < run.Length; i++)
        {
            _lanes[i] = run[i].Lane;
        }

        if (!TryTogether(port, run))
        {
            foreach (var waiting in run)
            {
                Alone(port, waiting);
            }
        }

        for (var (first, end) = (0, 0); first < run.Length; first = end)
        {
            end = EndOf(run, first);
            if (run[first].Generation.Ran(end - first))
            {
                GoOn(run[first].Generation);
            }
        }
    }

    /// <summary>Runs the stage once for all lanes. False where that failed although it may not fail for each of them.</summary>
    private bool TryTogether(StagePort port, ReadOnlySpan<WaitingLane> run)
    {
        var first = run[0].Generation;
        var isOne = EndOf(run, 0) == run.Length;
        var time = first.Session.Runner.Time ?? (isOne ? null : scheduler.Options.TimeProvider);
        try
        {
            // One client's cancellation is not to end the others' run. Single rows among many generations go through the buffers of batches, too: their own
            // tensors come in ever other combinations, for each of which a backend would prepare a binding.
            var cancellation = isOne ? first.CancellationToken : CancellationToken.None;
            var elapsed = run.Length == 1 && (IsAlone || port.RunsLanesApart)
                ? _execution.RunOne(port, _lanes[0], first.Session.Evaluation, time, cancellation)
                : _execution.RunBatch(port, _lanes.AsSpan(0, run.Length), first.Session.Evaluation, time, cancellation);
            for (var (i, end) = (0, 0); i < run.Length; i = end)
            {
                end = EndOf(run, i);
                run[i].Generation.Tell(port, end - i, elapsed * (end - i) / run.Length);
            }

            return true;
        }
        catch (Exception failure) when (run.Length == 1)
        {
            first.Fail(failure);
            return true;
        }
        catch (OperationCanceledException failure) when (isOne)
        {
            first.Fail(failure);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void Alone(StagePort port, in WaitingLane waiting)
    {
        var generation = waiting.Generation;
        try
        {
            generation.Tell(port, 1, _execution.RunOne(port, waiting.Lane, generation.Session.Evaluation, generation.Session.Runner.Time, generation.CancellationToken));
        }
        catch (Exception failure)
        {
            generation.Fail(failure);
        }
    }

    /// <summary>Lanes of one generation lie beside each other: they came together.</summary>
    private static int EndOf(ReadOnlySpan<WaitingLane> run, int first)
    {
        var end = first + 1;
        while (end < run.Length && run[end].Generation == run[first].Generation)
        {
            end++;
        }

        return end;
    }
}
