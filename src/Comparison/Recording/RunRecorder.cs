using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>Writes down a run: what was decided in each evaluation and which stages ran for how long.</summary>
public sealed class RunRecorder : IEvaluationObserver
{
    private readonly List<EvaluationRecord> _evaluations = [];
    private readonly List<StageRecord> _stages = [];

    /// <summary>A record for each evaluation and lane.</summary>
    public IReadOnlyList<EvaluationRecord> Evaluations => _evaluations;

    /// <summary>A record for each stage that ran.</summary>
    public IReadOnlyList<StageRecord> Stages => _stages;

    /// <summary>The evaluations of the pass with the prompt.</summary>
    public IReadOnlyList<EvaluationRecord> Conditional => [.. _evaluations.Where(e => e.Lane.Branch == GuidanceBranch.Conditional)];

    /// <inheritdoc/>
    public void StageCompleted(in StageRecord record) => _stages.Add(record);

    /// <inheritdoc/>
    public void EvaluationCompleted(EvaluationRecord record) => _evaluations.Add(record);
}
