namespace CachePolicies.Engine;

/// <summary>A generation whose stages a scheduler runs. Belongs to one worker at a time, or to the queues that its lanes wait in.</summary>
internal sealed class ScheduledGeneration(Generation generation, Action<Generation>? onEvaluation, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private bool _evaluating;

    /// <summary>How many of its lanes wait or run; those that finish at once on several workers count down together.</summary>
    private int _pending;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public DenoiserSession Session { get; } = generation.Session;

    /// <summary>Completes when the generation has ended, whatever way.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Goes on until a stage must run: ends evaluations that are complete, reports them and begins the next.</summary>
    /// <param name="lanes">The lanes that wait for the stage.</param>
    /// <returns>The stage, or <see langword="null"/> once the generation has ended.</returns>
    public StagePort? NextRun(out ReadOnlySpan<Lane> lanes)
    {
        lanes = default;
        try
        {
            if (_failure is not null)
            {
                return End(_failure);
            }

            while (true)
            {
                if (!_evaluating && generation.IsComplete)
                {
                    _ended.TrySetResult();
                    return null;
                }

                CancellationToken.ThrowIfCancellationRequested();
                if (!_evaluating)
                {
                    generation.BeginEvaluation();
                    _evaluating = true;
                }

                if (Session.NextRun(out lanes) is { } port)
                {
                    _pending = lanes.Length;
                    return port;
                }

                generation.EndEvaluation();
                _evaluating = false;
                onEvaluation?.Invoke(generation);
            }
        }
        catch (Exception failure)
        {
            return End(failure);
        }
    }

    /// <summary>Some of the lanes have run.</summary>
    /// <returns>Whether none is left, so that the generation goes on.</returns>
    public bool Ran(int lanes)
    {
        if (Interlocked.Add(ref _pending, -lanes) > 0)
        {
            return false;
        }

        if (_failure is null)
        {
            try
            {
                Session.EndRun();
            }
            catch (Exception failure)
            {
                Fail(failure);
            }
        }

        return true;
    }

    /// <summary>Tells the observer of a run in which some of the lanes took part.</summary>
    public void Tell(StagePort port, int rows, TimeSpan elapsed)
    {
        try
        {
            lock (_ended)
            {
                Session.Runner.Tell(port, Session.Evaluation, rows, elapsed);
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    /// <summary>A lane has failed; the generation ends once none of its lanes runs any more.</summary>
    public void Fail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    private StagePort? End(Exception failure)
    {
        // What the generation holds goes back before its caller hears of it.
        Session.Dispose();
        if (failure is OperationCanceledException && CancellationToken.IsCancellationRequested)
        {
            _ended.TrySetCanceled(CancellationToken);
        }
        else
        {
            _ended.TrySetException(failure);
        }

        return null;
    }
}
