using System.Text.Json.Nodes;
using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>The decisions that a policy took on a run, as people and programs read them.</summary>
internal sealed class ReplayedRun
{
    private ReplayedRun(IReadOnlyList<ReplayedStep> steps, double speedup)
    {
        Steps = steps;
        EstimatedSpeedup = speedup;
        Decisions = string.Concat(steps.Select(s => s.Letter));
    }

    public IReadOnlyList<ReplayedStep> Steps { get; }

    /// <summary>The steps' letters.</summary>
    public string Decisions { get; }

    public double EstimatedSpeedup { get; }

    public static ReplayedRun Of(IReadOnlyList<EvaluationRecord> records, PolicyEntry policy, DenoiserLayout layout, StageCosts costs)
    {
        var steps = new List<ReplayedStep>(records.Count);
        var accumulated = 0.0;
        foreach (var record in records)
        {
            var before = accumulated;
            steps.Add(new ReplayedStep(
                record.Evaluation.Index,
                StepLetters.Of(record, policy, layout),
                record.Share,
                [.. record.Checks.Select(c => ReplayedCheck.Of(record, c, before))]));
            accumulated = record.Share == ComputedShare.Full
                ? 0
                : record.Checks.LastOrDefault(c => c.Decision.IsAccumulated)?.Decision.Value ?? accumulated;
        }

        return new ReplayedRun(steps, costs.Speedup(records));
    }

    /// <summary>A run without a policy.</summary>
    public static ReplayedRun AllComputed(int evaluations) =>
        new([.. Enumerable.Range(0, evaluations).Select(i => new ReplayedStep(i, StepLetters.Computed, ComputedShare.Full, []))], 1);

    public int Count(ComputedShare share) => Steps.Count(s => s.Share == share);
}

/// <summary>One evaluation.</summary>
/// <param name="Step">Its index.</param>
/// <param name="Letter">What it computed: <see cref="StepLetters"/>.</param>
/// <param name="Share">How much of the denoiser ran.</param>
/// <param name="Checks">What the policy was asked, in order.</param>
internal sealed record ReplayedStep(int Step, char Letter, ComputedShare Share, IReadOnlyList<ReplayedCheck> Checks)
{
    public JsonObject ToJson() => new()
    {
        ["step"] = Step,
        ["letter"] = Letter.ToString(),
        ["checks"] = JsonLine.Array(Checks.Select(c => c.ToJson())),
    };
}

/// <summary>One question to the policy and its answer.</summary>
/// <param name="Boundary">Where it was asked.</param>
/// <param name="Distance">What was measured for it, or <see langword="null"/>; for an error made of two distances, the error.</param>
/// <param name="Accumulated">The accumulator that was compared, or <see langword="null"/>.</param>
/// <param name="Threshold">What it was compared with, or <see langword="null"/>.</param>
/// <param name="Reason">The rule that decided in place of a threshold, or <see langword="null"/>.</param>
/// <param name="To">Where the skip led, or <see langword="null"/> where the next stage was computed.</param>
/// <param name="Via">The approximation, or <see langword="null"/>.</param>
/// <param name="Gamma">The approximation's γ, or <see langword="null"/>.</param>
internal sealed record ReplayedCheck(
    string Boundary, double? Distance, double? Accumulated, float? Threshold, string? Reason, string? To, string? Via, float? Gamma)
{
    /// <summary>What is held against the threshold.</summary>
    public double? Compared => Accumulated ?? Distance;

    public static ReplayedCheck Of(EvaluationRecord record, CheckRecord check, double accumulatedBefore)
    {
        var decision = check.Decision;
        var accumulated = decision.IsAccumulated ? decision.Value : null;
        return new ReplayedCheck(
            check.Boundary,
            KnownAt(record, DistanceOf(record, check, accumulated - accumulatedBefore)),
            KnownAt(record, accumulated),
            decision.Threshold,
            decision.Reason,
            check.Taken ? check.To : null,
            check.Taken ? check.Via : null,
            check.Taken ? check.Diagnostic : null);
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["boundary"] = Boundary,
            ["distance"] = JsonLine.Number(Distance is { } d && (float)d == d ? (float)d : null) ?? JsonLine.Number(Distance),
            ["accumulated"] = JsonLine.Number(Accumulated),
            ["threshold"] = JsonLine.Number(Threshold),
            ["action"] = To is null ? "compute" : "skip",
        };
        if (To is not null)
        {
            json["to"] = To;
            json["via"] = Via;
            json["gamma"] = JsonLine.Number(Gamma);
        }

        if (Reason is not null)
        {
            json["reason"] = Reason;
        }

        return json;
    }

    /// <summary>The distance that was measured at the check's boundary. An accumulator that is fed from several distances tells by its growth what they made.</summary>
    private static double? DistanceOf(EvaluationRecord record, CheckRecord check, double? growth)
    {
        if (growth is { } error && record.Distances.Length > 1)
        {
            return error;
        }

        DistanceRecord? measured = null;
        foreach (var distance in record.Distances)
        {
            measured = distance.Boundary == check.Boundary ? distance : measured;
        }

        return check.Decision.Value is null ? null : measured?.Distance;
    }

    /// <summary>In the first evaluation nothing has a reference yet: the infinite distance says that nothing was measured.</summary>
    private static double? KnownAt(EvaluationRecord record, double? value) =>
        record.Evaluation.IsFirst && value is double.PositiveInfinity ? null : value;
}
