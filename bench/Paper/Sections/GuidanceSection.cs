using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>H2-Cache over the scale of guidance, on simple and on complex prompts.</summary>
internal sealed class GuidanceSection : IPaperSection
{
    private static readonly float[] Scales = [1, 2, 3, 5, 7];
    private static readonly double[] ControlShares = [0.08, 0.14, 0.22, 0.35, 0.55, 0.8];

    public string Title => "Guidance and prompts";

    public void Run(PaperRun run, SectionText text)
    {
        text.Paragraph(
            "Simple prompts name a thing by one word that the model was trained on; complex ones put words together that it never saw together. "
            + "Above control: against fewer uncached steps in the ideal time. A scale of 1 is no guidance: one evaluation for each step in place of two.");
        foreach (var model in run.Models)
        {
            Measure(run, model, text);
            run.Publish();
        }
    }

    private static void Measure(PaperRun run, SampleModel model, SectionText text)
    {
        var steps = run.StepsOr(50)[0];
        var ofEach = run.Options.Prompts ?? 2;
        BenchPrompt[] simple = [.. model.Known.Where(p => p.Text.Split(' ').Length <= 2).Take(ofEach)];
        BenchPrompt[] prompts = [.. simple, .. model.New.Take(ofEach)];
        PictureGroup[] groups = [new("simple", r => simple.Any(p => p.Text == r.Prompt)), new("complex", r => simple.All(p => p.Text != r.Prompt))];
        int[] controls = [.. ControlShares.Select(s => Math.Max(1, (int)Math.Round(s * steps))).Distinct()];

        text.Heading(model.Name);
        text.Paragraph(Invariant($"{steps} steps. Simple: {Names(simple)}. Complex: {Names(model.New.Take(ofEach))}."));
        var table = new TextTable(
            new("guidance"), new("policy", ColumnAlignment.Left), new("full / part / skipped"), new("ideal speed-up simple / complex"), new("PSNR simple / complex"), new("SSIM"), new("above control simple / complex"));
        foreach (var scale in Scales)
        {
            var results = run.Compare(model, steps, prompts, [.. PaperSettings.H2Cache], scale, controls);
            foreach (var row in results.Policies)
            {
                table.AddRow(
                    Invariant($"{scale}"),
                    row.Label,
                    row.Extents.ToString(),
                    string.Join(" / ", groups.Select(g => Figures.Times(FrontTable.IdealOf(row with { Runs = [.. row.Runs.Where(g.Holds)] })))),
                    Figures.Decibels([.. groups.Select(g => ComparedRow.MeanPsnr(row.Runs.Where(g.Holds)))]),
                    Invariant($"{row.Ssim:F4}"),
                    Figures.Difference([.. groups.Select(g => AboveControl(results, row, g))]));
            }
        }

        text.Table(table);
    }

    private static double AboveControl(ComparisonResults results, ComparedRow row, PictureGroup group)
    {
        ComparedRun[] runs = [.. row.Runs.Where(group.Holds)];
        var time = results.Steps / FrontTable.IdealOf(row with { Runs = runs });
        return ComparedRow.MeanPsnr(runs)
            - Interpolation.AtLogarithm([.. results.Controls.OrderBy(c => c.Steps).Select(c => ((double)c.Steps, ComparedRow.MeanPsnr(c.Runs.Where(group.Holds))))], time);
    }

    private static string Names(IEnumerable<BenchPrompt> prompts) => string.Join(", ", prompts.Select(p => $"'{p.Text}'"));
}
