using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Told what a session does. Called on the generation's thread, synchronously; without an observer nothing is recorded at all.</summary>
public interface IEvaluationObserver
{
    /// <summary>An evaluation begins.</summary>
    void EvaluationStarting(in EvaluationInfo evaluation)
    {
    }

    /// <summary>A stage has run. Durations are those of the call; on a device that works asynchronously, of handing the work over.</summary>
    void StageCompleted(in StageRecord record)
    {
    }

    /// <summary>What stays the same for a generation was computed, before the stages of the evaluation that needed it first.</summary>
    void PreludeCompleted(in PreludeRecord record)
    {
    }

    /// <summary>An evaluation has ended for one lane.</summary>
    void EvaluationCompleted(EvaluationRecord record)
    {
    }
}

/// <summary>One run of a stage.</summary>
/// <param name="Evaluation">During which evaluation.</param>
/// <param name="Stage">The stage's index in the layout.</param>
/// <param name="Name">The stage's name.</param>
/// <param name="Rows">How many lanes it computed.</param>
/// <param name="Elapsed">How long it took.</param>
public readonly record struct StageRecord(EvaluationInfo Evaluation, int Stage, string Name, int Rows, TimeSpan Elapsed);

/// <summary>One run of the prelude.</summary>
/// <param name="Evaluation">Before the stages of which evaluation.</param>
/// <param name="Name">The prelude's name.</param>
/// <param name="Rows">How many lanes it computed.</param>
/// <param name="Elapsed">How long it took.</param>
public readonly record struct PreludeRecord(EvaluationInfo Evaluation, string Name, int Rows, TimeSpan Elapsed);

/// <summary>What happened in one evaluation of one lane.</summary>
/// <param name="Lane">Which lane.</param>
/// <param name="Evaluation">Which evaluation.</param>
/// <param name="ComputedStages">The stages that ran.</param>
/// <param name="StageCount">How many there are.</param>
/// <param name="Checks">What the policy was asked and what it answered, in order.</param>
/// <param name="Distances">Everything that was measured, in order, that asked for after the last stage among it.</param>
public sealed record EvaluationRecord(
    LaneInfo Lane,
    EvaluationInfo Evaluation,
    StageSet ComputedStages,
    int StageCount,
    ImmutableArray<CheckRecord> Checks,
    ImmutableArray<DistanceRecord> Distances)
{
    /// <summary>The stages that count as blocks: <see cref="DenoiserLayout.Blocks"/>. By default all of them.</summary>
    public StageSet Blocks { get; init; } = StageSet.Between(0, StageCount);

    /// <summary>How much of the denoiser ran.</summary>
    public ComputedShare Share =>
        ComputedStages.Count == StageCount ? ComputedShare.Full
        : (ComputedStages.Bits & Blocks.Bits) == 0 ? ComputedShare.Skipped
        : ComputedShare.Partial;
}

/// <summary>How much of the denoiser ran in an evaluation. The one definition of full, part and skipped: tables, charts and JSON all use it.</summary>
public enum ComputedShare
{
    /// <summary>Every stage.</summary>
    Full,

    /// <summary>Some of the blocks.</summary>
    Partial,

    /// <summary>None of the blocks; the embedding and the head, which cost next to nothing, may have run.</summary>
    Skipped,
}

/// <summary>A number that was measured.</summary>
/// <param name="Key">The measurement.</param>
/// <param name="Boundary">Where.</param>
/// <param name="Estimator">How.</param>
/// <param name="Distance">What came out; +∞ before a reference existed.</param>
public readonly record struct DistanceRecord(MeasurementKey Key, string Boundary, string Estimator, float Distance);

/// <summary>A question to the policy and its answer.</summary>
/// <param name="Boundary">Where it was asked.</param>
/// <param name="Decision">What it answered, with the comparison that led to it.</param>
/// <param name="To">Where the skip led, or <see langword="null"/>.</param>
/// <param name="Via">The approximation's name, or <see langword="null"/>.</param>
/// <param name="Diagnostic">The approximation's number (γ), or <see langword="null"/>.</param>
/// <param name="Taken">Whether a skip was taken; the engine overrules where lanes of a batch must agree.</param>
public sealed record CheckRecord(string Boundary, CacheDecision Decision, string? To, string? Via, float? Diagnostic, bool Taken)
{
    /// <summary>Σ|w| of a forecast's weights as they were used, or <see langword="null"/> for what is not a forecast.</summary>
    public double? Gain { get; init; }

    /// <summary>Whether the weights had to be limited to the largest gain that the policy allows.</summary>
    public bool IsGainLimited { get; init; }
}
