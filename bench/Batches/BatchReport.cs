using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The report of a batch.</summary>
internal static class BatchReport
{
    public static string Of(SampleModel model, BatchComparison comparison)
    {
        var rows = comparison.Rows.ToArray();
        var text = new StringBuilder("# Decisions in a batch\n\n");
        text.Append(Invariant($"A batch of {comparison.Samples} prompts of the sample model, half of them new combinations of words, {comparison.Steps} steps, guidance {SampleModel.Guidance}, {model.Description} "));
        text.Append(Invariant($"Uncached: {Statistics.Median(comparison.UncachedSeconds):F2} s a batch (median of {comparison.Rounds} rounds).\n\n"));
        text.Append("## A decision for each sample against one for all\n\n");
        text.Append("One for all: a skip happens only when every sample and branch of the batch wants it. Its threshold is the one at which its PSNR (mean against the uncached batch) comes nearest to ");
        text.Append("that of decisions of each sample, interpolated in a small sweep. Speed-ups and their ratio: medians of ratios within the rounds of one run.\n\n");
        text.Append(Decisions(comparison, rows));
        text.Append("\n## The batch against each sample alone\n\n");
        text.Append("Decisions of each sample. Latents lie in about [−3, 3]; a batch and a single sample run through other kernels of ONNX Runtime, which differ in the last bits. Stage rows: stages that ran, each times its ");
        text.Append("lanes; the saving of the batch is the sum of its samples' where both are equal. Time: the batch over the sum of the single runs.\n\n");
        text.Append(Alone(rows));
        return text.ToString();
    }

    private static string Decisions(BatchComparison comparison, IEnumerable<BatchRow> rows)
    {
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("threshold each / all"),
            new TableColumn("PSNR each / all"),
            new TableColumn("full / part / skipped each"),
            new TableColumn("all"),
            new TableColumn("speed-up each"),
            new TableColumn("all"),
            new TableColumn("each over all"));
        foreach (var row in rows)
        {
            table.AddRow(
                row.Policy.Name,
                Invariant($"{row.PerSample.Threshold:G3} / {row.OneForAll.Threshold:G3}"),
                Figures.Decibels(row.PerSample.Psnr, row.OneForAll.Psnr),
                row.PerSample.Extents.ToString(),
                row.OneForAll.Extents.ToString(),
                Ratio(comparison.UncachedSeconds, row.PerSample.Seconds),
                Ratio(comparison.UncachedSeconds, row.OneForAll.Seconds),
                Ratio(row.OneForAll.Seconds, row.PerSample.Seconds));
        }

        return table.ToMarkdown();
    }

    private static string Alone(IEnumerable<BatchRow> rows)
    {
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("largest difference"),
            new TableColumn("decided otherwise"),
            new TableColumn("stage rows batch / alone"),
            new TableColumn("time"));
        foreach (var row in rows)
        {
            table.AddRow(
                row.Policy.Name,
                Invariant($"{row.Alone.LargestDifference:G2}"),
                Invariant($"{row.Alone.DecidedOtherwise} of {row.Alone.Evaluations}"),
                Invariant($"{row.Alone.StageRows} / {row.Alone.StageRowsAlone}"),
                Invariant($"{Statistics.Median(row.PerSample.Seconds) / row.Alone.SecondsAlone:F2}"));
        }

        return table.ToMarkdown();
    }

    private static string Ratio(double[] over, double[] under) => Invariant($"{Statistics.Median([.. over.Zip(under, (a, b) => a / b)]):F2}×");
}
