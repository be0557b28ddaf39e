using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The report of the catalogue, as far as it has come.</summary>
internal static class CatalogueReport
{
    public static string Of(SampleModel model, double target, IReadOnlyList<PolicyComparison> comparisons)
    {
        var rows = comparisons.Select(c => c.Rows.ToArray()).ToArray();
        var text = new StringBuilder("# The catalogue on the sample model\n\n");
        text.Append(Invariant($"Guidance {SampleModel.Guidance}, {model.Description} "));
        text.Append(Invariant($"Settings: of a ladder for each policy the boldest that keeps a mean of {target} dB with a forced last step, on two prompts that are not measured otherwise. "));
        text.Append("Each policy then runs with that setting and the last step forced (last 1), and the same without (last 0).\n\n");
        text.Append("## In short\n\n");
        text.Append("Speed-up with the last step forced; PSNR known / new; dB above (+) or below (−) the control in the same time; and what forcing the last step changes: dB known / new.\n\n");
        text.Append(Summary(comparisons, rows));
        for (var i = 0; i < comparisons.Count; i++)
        {
            text.Append(Invariant($"\n## {comparisons[i].Steps} steps\n\n{comparisons[i].Prompts} prompts; uncached: {comparisons[i].UncachedSeconds * 1000:F0} ms a picture (median).\n\n"));
            text.Append(ComparisonTable.Of(rows[i]));
            text.Append("\nThe control by itself:\n\n").Append(ControlTable(comparisons[i]));
        }

        return text.Append('\n').Append(ComparisonTable.Legend).Append('\n').ToString();
    }

    private static string Summary(IReadOnlyList<PolicyComparison> comparisons, ComparedRow[][] rows)
    {
        var table = new TextTable([
            new TableColumn("policy", ColumnAlignment.Left),
            .. comparisons.SelectMany(c => new[]
            {
                new TableColumn(Invariant($"{c.Steps} steps: speed-up")), new TableColumn("PSNR"), new TableColumn("above control"), new TableColumn("by the forced last step"),
            })]);
        foreach (var policy in rows[0].Select(r => r.Entry.Policy).Distinct())
        {
            table.AddRow([policy, .. rows.SelectMany(r => Cells([.. r.Where(row => row.Entry.Policy == policy)]))]);
        }

        return table.ToMarkdown();
    }

    private static IEnumerable<string> Cells(ComparedRow[] forcedAndNot) => forcedAndNot is [var forced, .. var others]
        ? [Invariant($"{forced.Speedup:F2}×"), forced.Psnr.ToString(), forced.AboveControl.ToSignedString(), others is [var free] ? (forced.Psnr - free.Psnr).ToSignedString() : ""]
        : ["", "", "", ""];

    private static string ControlTable(PolicyComparison comparison)
    {
        var table = new TextTable(new TableColumn("steps"), new TableColumn("speed-up"), new TableColumn("PSNR known / new"));
        foreach (var count in comparison.Control.Ladder)
        {
            table.AddRow(Invariant($"{count}"), Invariant($"{comparison.Steps / (double)count:F2}×"), comparison.Control.PsnrOf(count).ToString());
        }

        return table.ToMarkdown();
    }
}
