using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The front at one number of steps as a table.</summary>
internal static class FrontTable
{
    public static string Of(ComparisonResults results, BenchPrompt[] prompts)
    {
        var newPrompts = prompts.Where(p => p.IsNew).Select(p => p.Text).ToHashSet(StringComparer.Ordinal);
        Func<ComparedRun, bool>[] groups = [r => !newPrompts.Contains(r.Prompt), r => newPrompts.Contains(r.Prompt)];
        var front = Front(results);
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("speed-up"),
            new TableColumn("ideal"),
            new TableColumn("PSNR known / new"),
            new TableColumn("worst"),
            new TableColumn("SSIM"),
            new TableColumn("worst"),
            new TableColumn("control known / new"),
            new TableColumn("above control"));
        foreach (var row in results.Policies)
        {
            var control = Array.ConvertAll(groups, g => ControlAt(results, IdealOf(row), g));
            var psnr = Array.ConvertAll(groups, g => ComparedRow.MeanPsnr(row.Runs.Where(g)));
            table.AddRow(
                front.Contains(row) ? $"**{row.Label}**" : row.Label,
                Invariant($"{results.Uncached.Runs.Sum(r => r.Seconds) / row.Runs.Sum(r => r.Seconds):F2}×"),
                Invariant($"{IdealOf(row):F2}×"),
                Invariant($"{psnr[0]:F1} / {psnr[1]:F1}"),
                Invariant($"{row.Runs.Min(r => r.Psnr):F1}"),
                Invariant($"{row.Ssim:F4}"),
                Invariant($"{row.Runs.Min(r => r.Ssim):F4}"),
                double.IsNaN(control[0]) ? "–" : Invariant($"{control[0]:F1} / {control[1]:F1}"),
                double.IsNaN(control[0]) ? "–" : Invariant($"{psnr[0] - control[0]:+0.0;−0.0;0.0} / {psnr[1] - control[1]:+0.0;−0.0;0.0}"));
        }

        return table.ToMarkdown();
    }

    /// <summary>The speed-up that the skipped stages allow over all pictures together.</summary>
    public static double IdealOf(ComparedRow row) => row.Runs.Count / row.Runs.Sum(r => 1 / r.Ideal);

    /// <summary>The rows that no other beats in both speed and quality.</summary>
    public static HashSet<ComparedRow> Front(ComparisonResults results) =>
        [.. results.Policies.Where(r => !results.Policies.Any(o => IdealOf(o) > IdealOf(r) && o.Psnr > r.Psnr))];

    private static double ControlAt(ComparisonResults results, double speedup, Func<ComparedRun, bool> counts) => Interpolation.AtLogarithm(
        [.. results.Controls.OrderBy(c => c.Steps).Select(c => ((double)c.Steps, ComparedRow.MeanPsnr(c.Runs.Where(counts))))],
        results.Steps / speedup);
}
