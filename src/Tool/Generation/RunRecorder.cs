using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>Writes down a run: what was decided in each evaluation and which stages ran for how long.</summary>
internal sealed class RunRecorder : IEvaluationObserver
{
    private readonly List<EvaluationRecord> _evaluations = [];
    private readonly List<StageRecord> _stages = [];

    public IReadOnlyList<EvaluationRecord> Evaluations => _evaluations;

    public IReadOnlyList<StageRecord> Stages => _stages;

    /// <summary>The evaluations of the pass with the prompt.</summary>
    public IReadOnlyList<EvaluationRecord> Conditional => [.. _evaluations.Where(e => e.Lane.Branch == GuidanceBranch.Conditional)];

    public void StageCompleted(in StageRecord record) => _stages.Add(record);

    public void EvaluationCompleted(EvaluationRecord record) => _evaluations.Add(record);
}
