namespace CachePolicies.Engine;

/// <summary>Runs stages for the lanes of one session, and tells its observer.</summary>
internal sealed class StageRunner(CachedDenoiser cached, IEvaluationObserver? observer)
{
    private readonly StageExecution _execution = new();
    private readonly TimeProvider? _time = observer is null ? null : cached.Options.TimeProvider;

    /// <summary>Whether each lane runs for itself.</summary>
    public bool RunsLanesApart { get; } = cached.Denoiser.RunsLanesApart || cached.Options.LaneExecution == LaneExecution.Separate;

    /// <summary>What stages are timed by; <see langword="null"/> where nobody is told.</summary>
    public TimeProvider? Time => _time;

    /// <summary>Runs a stage for lanes that wait for it.</summary>
    public void Run(StagePort port, in EvaluationInfo evaluation, ReadOnlySpan<Lane> lanes, CancellationToken cancellationToken)
    {
        if (!RunsLanesApart && lanes.Length > 1)
        {
            Tell(port, evaluation, lanes.Length, _execution.RunBatch(port, lanes, evaluation, _time, cancellationToken));
            return;
        }

        foreach (var lane in lanes)
        {
            Tell(port, evaluation, 1, _execution.RunOne(port, lane, evaluation, _time, cancellationToken));
        }
    }

    /// <summary>Tells the observer that a stage has run.</summary>
    public void Tell(StagePort port, in EvaluationInfo evaluation, int rows, TimeSpan elapsed)
    {
        if (observer is null)
        {
            return;
        }

        if (port.Index is { } stage)
        {
            observer.StageCompleted(new StageRecord(evaluation, stage, port.Stage.Name, rows, elapsed));
        }
        else
        {
            observer.PreludeCompleted(new PreludeRecord(evaluation, port.Stage.Name, rows, elapsed));
        }
    }
}
