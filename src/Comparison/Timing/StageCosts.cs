using System.Globalization;
using System.Text;
using System.Text.Json;
using CachePolicies.Engine;
using CachePolicies.Files;

namespace CachePolicies.Comparison;

/// <summary>What each stage costs of an evaluation, for an estimate of the speed-up.</summary>
/// <param name="Shares">One per stage, adding up to 1.</param>
/// <param name="AreMeasured">Whether the shares were measured; otherwise each stage between <c>embedded</c> and <c>detail</c> counts the same and the rest nothing.</param>
public sealed record StageCosts(IReadOnlyList<double> Shares, bool AreMeasured)
{
    /// <summary>The trace's metadata that holds them: a JSON object from the boundary that a stage leads to, to seconds.</summary>
    public const string MetadataKey = "stage_seconds";

    /// <summary>The costs that a trace tells for the stages that lead to the layout's boundaries, or even ones.</summary>
    /// <exception cref="InvalidDataException">A cost in the trace is not a number of at least 0.</exception>
    public static StageCosts Of(DenoiserLayout layout, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(MetadataKey, out var text))
        {
            return Even(layout);
        }

        try
        {
            using var document = JsonFile.Parse(Encoding.UTF8.GetBytes(text));
            var seconds = document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().DistinctBy(p => p.Name, StringComparer.Ordinal).ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : double.NaN, StringComparer.Ordinal)
                : throw new JsonException("it is not an object");
            double[] costs = [.. layout.Boundaries.Skip(1).Select(b => seconds.GetValueOrDefault(b.Name))];
            return costs.All(c => c >= 0 && double.IsFinite(c)) && costs.Sum() > 0 ? Normalised(costs, true) : throw new JsonException("a cost is negative, or all are 0");
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The trace's {MetadataKey} is '{Excerpt.Of(text)}' ({broken.Message}); expected a JSON object from boundary to seconds.");
        }
    }

    /// <summary>The costs from the durations of an uncached run.</summary>
    public static StageCosts Of(IReadOnlyList<double> seconds) => Normalised([.. seconds], true);

    /// <summary>How many times as long the run would take if everything were computed. Checks cost nothing in this estimate.</summary>
    public double Speedup(IEnumerable<EvaluationRecord> run)
    {
        var (computed, count) = (0.0, 0);
        foreach (var record in run)
        {
            count++;
            computed += ShareOf(record.ComputedStages);
        }

        return computed == 0 ? double.PositiveInfinity : count / computed;
    }

    /// <summary>The part of an evaluation that a set of stages is.</summary>
    public double ShareOf(StageSet stages)
    {
        var share = 0.0;
        for (var stage = 0; stage < Shares.Count; stage++)
        {
            share += stages.Contains(stage) ? Shares[stage] : 0;
        }

        return share;
    }

    /// <summary>The shares as percentages.</summary>
    public override string ToString() => string.Join(' ', Shares.Select(s => s.ToString("P1", CultureInfo.InvariantCulture)));

    /// <summary>Costs that count every block alike and the other stages not at all.</summary>
    public static StageCosts Even(DenoiserLayout layout)
    {
        var first = Math.Max(0, layout.IndexOf(BoundaryRole.Embedded));
        var last = layout.IndexOf(BoundaryRole.Detail) is var detail and > 0 ? detail : layout.Output.Index;
        return Normalised([.. Enumerable.Range(0, layout.Stages.Length).Select(s => s >= first && s < last ? 1.0 : 0.0)], false);
    }

    private static StageCosts Normalised(double[] costs, bool areMeasured)
    {
        var sum = costs.Sum();
        return new StageCosts([.. costs.Select(c => c / sum)], areMeasured);
    }
}
