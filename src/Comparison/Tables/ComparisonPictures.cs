using System.Globalization;
using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>A comparison as pictures.</summary>
public static class ComparisonPictures
{
    private const int SheetColumns = 12;

    /// <summary>The pictures side by side: a row for each policy, a column for each picture.</summary>
    /// <param name="results">The comparison.</param>
    /// <param name="pictureOf">A run's picture.</param>
    public static ContactSheet Sheet(ComparisonResults results, Func<ComparedRun, RgbImage> pictureOf)
    {
        ArgumentNullException.ThrowIfNull(results);
        var columns = results.Uncached.Runs.Take(SheetColumns).ToArray();
        var isRepeated = columns.CountBy(r => r.Prompt).Any(p => p.Value > 1);
        return new ContactSheet(
            string.Create(CultureInfo.InvariantCulture, $"{results.Conditions.Model}, {results.Steps} steps, guidance {results.Guidance}: the same seeds without a cache and under each policy"),
            [.. columns.Select(r => isRepeated ? string.Create(CultureInfo.InvariantCulture, $"{r.Prompt} ({r.Seed})") : r.Prompt)],
            [.. results.Rows.Select(row => new ContactSheetRow(row.Label, Details(row), [.. row.Runs.Take(columns.Length).Select(pictureOf)]))]);
    }

    /// <summary>What each evaluation of the pass with the prompt computed, over all recorded pictures.</summary>
    public static Timeline Timeline(ComparisonResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var pictures = results.Uncached.Runs.Count;
        return new Timeline(
            string.Create(CultureInfo.InvariantCulture, $"What each of {results.Uncached.Runs[0].Log.Evaluations.Count} evaluations computed, over {pictures} {(pictures == 1 ? "picture" : "pictures")}"),
            [
                .. results.Rows.Where(r => r.Kind != ComparedKind.Control).Select(row => new TimelineRow(
                    row.Label,
                    row.Kind == ComparedKind.Uncached ? "" : $"{Figures.Times(results.CredibleSpeedupOf(row))} · {(row.IsIdentical ? "identical" : Figures.Decibels(row.Psnr))}",
                    TimelineStep.Average([.. row.Runs.Select(r => Steps(r.Log))]))),
            ]);
    }

    private static List<string> Details(ComparedRow row) => row.Kind == ComparedKind.Uncached
        ? [string.Create(CultureInfo.InvariantCulture, $"{row.Seconds:0.00} s per picture")]
        : [Figures.Times(row.Speedup), row.IsIdentical ? "identical" : $"{Figures.Decibels(row.Psnr)}, SSIM {row.Ssim.ToString("F3", CultureInfo.InvariantCulture)}"];

    private static IReadOnlyList<TimelineStep> Steps(EvaluationLog log) => [.. log.Evaluations.Select(e => StepOf(e.Extent))];

    private static TimelineStep StepOf(ComputedShare extent) => extent switch
    {
        ComputedShare.Full => new(1, 0, 0),
        ComputedShare.Partial => new(0, 1, 0),
        _ => new(0, 0, 1),
    };
}
