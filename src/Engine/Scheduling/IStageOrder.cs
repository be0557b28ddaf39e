namespace CachePolicies.Engine;

/// <summary>Which of the stages that lanes wait for runs next. Thread-safe; asked once a run, and should not allocate.</summary>
public interface IStageOrder
{
    /// <summary>Chooses a stage; as many of its lanes as a run can take are computed, those that came first.</summary>
    /// <param name="waiting">The stages that lanes wait for, at least one.</param>
    /// <param name="options">The scheduler's options.</param>
    /// <returns>The index of the stage in <paramref name="waiting"/>.</returns>
    int Choose(ReadOnlySpan<WaitingStage> waiting, StageSchedulerOptions options);
}

/// <summary>A stage that lanes wait for.</summary>
/// <param name="Stage">Its index in the layout; −1 for the prelude.</param>
/// <param name="Lanes">How many wait, at least 1.</param>
/// <param name="MaximumRows">How many of them a run can take.</param>
/// <param name="Waited">How long the first of them has waited.</param>
public readonly record struct WaitingStage(int Stage, int Lanes, int MaximumRows, TimeSpan Waited)
{
    /// <summary>Whether a run would be full.</summary>
    public bool IsFull => Lanes >= MaximumRows;
}
