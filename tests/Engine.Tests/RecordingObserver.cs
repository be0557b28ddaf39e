namespace CachePolicies.Engine.Tests;

/// <summary>Keeps everything it is told.</summary>
internal sealed class RecordingObserver : IEvaluationObserver
{
    public List<EvaluationRecord> Evaluations { get; } = [];

    public List<StageRecord> Stages { get; } = [];

    public void StageCompleted(in StageRecord record) => Stages.Add(record);

    public void EvaluationCompleted(EvaluationRecord record) => Evaluations.Add(record);
}
