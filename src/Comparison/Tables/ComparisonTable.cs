using System.Globalization;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>A comparison as the table that people read first, with what its columns mean.</summary>
public static class ComparisonTable
{
    /// <summary>What the columns mean, a line each.</summary>
    public static IReadOnlyList<string> Legend { get; } =
    [
        "full / part / skipped  evaluations per picture that computed every stage, some blocks, no block",
        "speed-up               how many times as fast as the uncached run, by the least times; 'of ideal' is the part of what the skipped stages allow",
        "PSNR, SSIM             against the uncached picture of the same prompt and seed",
        "control                the uncached loop with as many steps as take the policy's time; 'above control' is what the policy gains over it",
    ];

    /// <summary>The uncached run and every policy, without the controls' own rows.</summary>
    /// <param name="results">The comparison.</param>
    /// <param name="groups">Groups of pictures whose PSNR is shown apart; none for one figure over all pictures.</param>
    public static TextTable Of(ComparisonResults results, params IReadOnlyList<PictureGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(groups);
        var apart = groups.Count == 0 ? "" : $" {string.Join(" / ", groups.Select(g => g.Name))}";
        Func<ComparedRun, bool>[] parts = groups.Count == 0 ? [static _ => true] : [.. groups.Select(g => g.Holds)];
        var table = new TextTable(
            new("policy", ColumnAlignment.Left),
            new("settings", ColumnAlignment.Left),
            new("full / part / skipped"),
            new("time"),
            new("speed-up"),
            new("of ideal"),
            new($"PSNR{apart}"),
            new("SSIM"),
            new($"control{apart}"),
            new($"above control{apart}"));
        foreach (var row in results.Rows.Where(r => r.Kind != ComparedKind.Control))
        {
            var isPolicy = row.Kind == ComparedKind.Policy;
            table.AddRow(
                row.Label,
                isPolicy && row.Settings.Count > 0 && row.Options.Count == 0 ? "defaults" : ShortSettings.Of(row.Policy, row.Options),
                row.Extents.ToString(),
                Figures.Milliseconds(row.Seconds),
                Figures.Times(row.Speedup),
                isPolicy ? Figures.Realised(row.Realised) : "",
                isPolicy ? row.IsIdentical ? "identical" : Figures.Decibels(PsnrOf(row, parts)) : "",
                isPolicy ? row.Ssim.ToString("F4", CultureInfo.InvariantCulture) : "",
                isPolicy ? Control(results, row, parts) : "",
                isPolicy ? Figures.Difference([.. parts.Select(p => results.AboveControl(row, p))]) : "");
        }

        return table;
    }

    /// <summary>What must be said about the times; empty where they can be believed.</summary>
    public static string NoteOnClock(ComparisonResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Clock.IsUsable)
        {
            return "";
        }

        var impossible = results.Policies.Where(r => ClockQuality.IsNoise(r.Realised)).Select(r => r.Label).ToArray();
        var why = impossible.Length > 0
            ? $"{string.Join(", ", impossible)} would be faster than the skipped stages allow"
            : string.Create(CultureInfo.InvariantCulture, $"equal uncached runs differ by {results.Clock.Spread:P0}");
        return $"The clock is not usable here ({why}): something else keeps the machine busy. Controls and rankings go by the ideal speed-ups; measure again on a quiet machine, or with more rounds.";
    }

    /// <summary>The table with what its columns mean and what must be said about the times, for a terminal or a log.</summary>
    public static string ToText(ComparisonResults results)
    {
        var note = NoteOnClock(results);
        return $"{Of(results).ToPlainText()}\n{string.Join('\n', Legend)}\n{(note.Length == 0 ? "" : $"\n{note}\n")}";
    }

    private static double[] PsnrOf(ComparedRow row, Func<ComparedRun, bool>[] parts) => [.. parts.Select(p => ComparedRow.MeanPsnr(row.Runs.Where(p)))];

    private static string Control(ComparisonResults results, ComparedRow row, Func<ComparedRun, bool>[] parts)
    {
        var steps = results.ControlStepsOf(row);
        double[] psnr = [.. parts.Select(p => results.ControlPsnrOf(row, p))];
        return psnr.All(double.IsNaN) ? "" : string.Create(CultureInfo.InvariantCulture, $"{steps} {(steps == 1 ? "step" : "steps")}, {Figures.Decibels(psnr)}");
    }
}
