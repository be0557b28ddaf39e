using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>A comparison as a table, and what its columns mean.</summary>
internal static class ComparisonTable
{
    public const string Legend =
        "Speed-up: the median over the prompts, each against the uncached runs before and after it. Realised / ideal: the speed-up over the one that the "
        + "medians of instrumented stages allow. PSNR: mean in decibels over the prompts against the uncached picture, known prompts / new combinations of words; least: the worst "
        + "picture. Control: the uncached loop with as many steps as take the same time (between the step counts that were run, linear in their logarithm); the last column is how many dB "
        + "the policy is above (+) or below (−) it.";

    public static string Of(IEnumerable<ComparedRow> rows)
    {
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("settings", ColumnAlignment.Left),
            new TableColumn("full / part / skipped"),
            new TableColumn("speed-up"),
            new TableColumn("realised / ideal"),
            new TableColumn("PSNR known / new"),
            new TableColumn("least"),
            new TableColumn("control steps"),
            new TableColumn("control known / new"),
            new TableColumn("above control known / new"));
        foreach (var row in rows)
        {
            table.AddRow(
                row.Entry.Policy,
                row.Entry.Settings,
                row.Extents.ToString(),
                Invariant($"{row.Speedup:F2}×"),
                Invariant($"{row.Realised:F2}"),
                row.Psnr.ToString(),
                Decibels.Text(row.Least),
                Invariant($"{row.ControlSteps:F1}"),
                row.Control.ToString(),
                row.AboveControl.ToSignedString());
        }

        return table.ToMarkdown();
    }

    /// <summary>The row that loses most against what its stages allow.</summary>
    public static string LeastRealised(IReadOnlyCollection<ComparedRow> rows) => rows.MinBy(r => r.Realised) is { } least
        ? Invariant($"Realised over ideal is {least.Realised:F2} or more in every row (least: {least.Entry.Policy}, {least.Entry.Settings}); at least 0.93 was asked for.\n")
        : "";

    /// <summary>For each policy, which of its rows beat their control on known and on new prompts, and which is the fastest of them.</summary>
    public static string AboveControl(IEnumerable<ComparedRow> rows)
    {
        var text = new StringBuilder();
        foreach (var policy in rows.GroupBy(r => r.Entry.Policy))
        {
            var above = policy.Where(r => r.AboveControl.IsPositive).ToArray();
            text.Append(Invariant($"- **{policy.Key}**: {above.Length} of {policy.Count()}"));
            text.Append(above.MaxBy(r => r.Speedup) is { } fastest
                ? Invariant($"; the fastest is {fastest.Entry.Settings}: {fastest.Speedup:F2}× at {fastest.Psnr} dB, {fastest.AboveControl.ToSignedString()} dB.\n")
                : ".\n");
        }

        return text.ToString();
    }
}
