using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>The decisions that a policy took on a run, as people and programs read them.</summary>
public sealed class EvaluationLog
{
    private EvaluationLog(IReadOnlyList<LoggedEvaluation> evaluations, double speedup)
    {
        Evaluations = evaluations;
        EstimatedSpeedup = speedup;
        Decisions = string.Concat(evaluations.Select(s => s.Letter));
    }

    /// <summary>The evaluations in order.</summary>
    public IReadOnlyList<LoggedEvaluation> Evaluations { get; }

    /// <summary>The evaluations' letters: <see cref="StepLetters"/>.</summary>
    public string Decisions { get; }

    /// <summary>The speed-up that the skipped stages allow.</summary>
    public double EstimatedSpeedup { get; }

    /// <summary>The log of one lane.</summary>
    /// <param name="records">Its evaluations in order.</param>
    /// <param name="hasTwoStages">Whether the policy reuses structure and detail separately.</param>
    /// <param name="layout">The denoiser's.</param>
    /// <param name="costs">What its stages cost.</param>
    public static EvaluationLog Of(IReadOnlyList<EvaluationRecord> records, bool hasTwoStages, DenoiserLayout layout, StageCosts costs)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(costs);
        var logger = new EvaluationLogger(hasTwoStages, layout);
        LoggedEvaluation[] evaluations = [.. records.Select(logger.Log)];
        return new EvaluationLog(evaluations, costs.Speedup(records));
    }

    /// <summary>A run without a policy.</summary>
    public static EvaluationLog AllComputed(int evaluations) =>
        new([.. Enumerable.Range(0, evaluations).Select(i => new LoggedEvaluation(i, StepLetters.Computed, ComputedShare.Full, []))], 1);

    /// <summary>How many evaluations were computed so far.</summary>
    public int Count(ComputedShare extent) => Evaluations.Count(s => s.Extent == extent);
}
