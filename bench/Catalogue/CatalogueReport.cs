using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The report of the catalogue, as far as it has come.</summary>
internal static class CatalogueReport
{
    public static string Of(SampleModel model, double target, IReadOnlyList<ComparisonResults> comparisons)
    {
        var text = new StringBuilder("# The catalogue on the sample model\n\n");
        text.Append(Invariant($"Settings: of a ladder for each policy the boldest that keeps a mean of {target} dB with a forced last step, on two prompts that are not measured otherwise. "));
        text.Append("Each policy then runs with that setting and the last step forced (last 1), and the same without (last 0).\n\n");
        text.Append("## In short\n\n");
        text.Append("Speed-up with the last step forced; PSNR known / new; dB above (+) or below (−) the control in the same time; and what forcing the last step changes.\n\n");
        text.Append(Summary(model, comparisons));
        foreach (var results in comparisons)
        {
            text.Append(Invariant($"\n## {results.Steps} steps\n\n{SweepReport.Conditions(model, results)}\n\n"));
            text.Append(SweepReport.Table(model, results));
            text.Append("\nThe control by itself:\n\n").Append(SweepReport.Controls(model, results));
        }

        return text.Append(Invariant($"\n{SweepReport.Legend}\n\n## Settings in force\n\nAt {comparisons[^1].Steps} steps:\n\n{SweepReport.Settings(comparisons[^1])}")).ToString();
    }

    private static string Summary(SampleModel model, IReadOnlyList<ComparisonResults> comparisons)
    {
        var table = new TextTable([
            new TableColumn("policy", ColumnAlignment.Left),
            .. comparisons.SelectMany(c => new[]
            {
                new TableColumn(Invariant($"{c.Steps} steps: speed-up")), new TableColumn("PSNR"), new TableColumn("above control"), new TableColumn("by the forced last step"),
            })]);
        foreach (var variant in CatalogueVariants.All(model.Denoiser.Layout).Where(v => Row(comparisons[0], v.Label(1)) is not null))
        {
            table.AddRow([variant.Name, .. comparisons.SelectMany(c => Cells(model, c, variant))]);
        }

        return table.ToMarkdown();
    }

    private static IEnumerable<string> Cells(SampleModel model, ComparisonResults results, CatalogueVariant variant)
    {
        if (Row(results, variant.Label(1)) is not { } forced || Row(results, variant.Label(0)) is not { } free)
        {
            return ["", "", "", ""];
        }

        double[] gained = [.. model.Groups.Select(g => ComparedRow.MeanPsnr(forced.Runs.Where(g.Holds)) - ComparedRow.MeanPsnr(free.Runs.Where(g.Holds)))];
        return [Figures.Times(results.CredibleSpeedupOf(forced)), SweepReport.Psnr(model, forced), SweepReport.Above(model, results, forced), Figures.Difference(gained)];
    }

    private static ComparedRow? Row(ComparisonResults results, string label) => results.Policies.FirstOrDefault(r => r.Label == label);
}
