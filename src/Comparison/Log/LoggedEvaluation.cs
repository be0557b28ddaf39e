using System.Text.Json.Nodes;
using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>One evaluation.</summary>
/// <param name="Step">Its index.</param>
/// <param name="Letter">What it computed: <see cref="StepLetters"/>.</param>
/// <param name="Extent">How much of the denoiser ran.</param>
/// <param name="Checks">What the policy was asked, in order.</param>
public sealed record LoggedEvaluation(int Step, char Letter, ComputedShare Extent, IReadOnlyList<LoggedCheck> Checks)
{
    /// <summary>The evaluation as JSON.</summary>
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
public sealed record LoggedCheck(
    string Boundary, double? Distance, double? Accumulated, float? Threshold, string? Reason, string? To, string? Via, float? Gamma)
{
    /// <summary>What is compared with the threshold.</summary>
    public double? Compared => Accumulated ?? Distance;

    /// <summary>A check of an evaluation.</summary>
    /// <param name="record">The evaluation.</param>
    /// <param name="check">The check.</param>
    /// <param name="accumulatedBefore">The policy's accumulator before the evaluation.</param>
    public static LoggedCheck Of(EvaluationRecord record, CheckRecord check, double accumulatedBefore)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(check);
        var decision = check.Decision;
        var accumulated = decision.IsAccumulated ? decision.Value : null;
        return new LoggedCheck(
            check.Boundary,
            KnownAt(record, DistanceOf(record, check, accumulated - accumulatedBefore)),
            KnownAt(record, accumulated),
            decision.Threshold,
            decision.Reason,
            check.Taken ? check.To : null,
            check.Taken ? check.Via : null,
            check.Taken ? check.Diagnostic : null);
    }

    /// <summary>The check as JSON.</summary>
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

    /// <summary>The distance that was measured at the check's boundary. An accumulator that is fed from several distances shows by its growth what they added.</summary>
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
