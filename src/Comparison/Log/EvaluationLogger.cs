using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>Logs the evaluations of one lane one after another, while it runs or afterwards.</summary>
/// <param name="hasTwoStages">Whether the policy reuses structure and detail separately.</param>
/// <param name="layout">The denoiser's.</param>
public sealed class EvaluationLogger(bool hasTwoStages, DenoiserLayout layout)
{
    private double _accumulated;

    /// <summary>Logs the lane's next evaluation.</summary>
    /// <param name="record">What happened in it.</param>
    public LoggedEvaluation Log(EvaluationRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var before = _accumulated;
        _accumulated = record.Share == ComputedShare.Full
            ? 0
            : record.Checks.LastOrDefault(c => c.Decision.IsAccumulated)?.Decision.Value ?? before;
        return new LoggedEvaluation(
            record.Evaluation.Index, StepLetters.Of(record, hasTwoStages, layout), record.Share, [.. record.Checks.Select(c => LoggedCheck.Of(record, c, before))]);
    }
}
