using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>Whether there is a structure stage and a detail stage: how much each boundary's features move, and H2-Cache with its cut at each of them.</summary>
internal sealed class StageSection : IPaperSection
{
    private const float StructureThreshold = 0.15f;
    private const float DetailThreshold = 0.18f;

    private static readonly int[] DeepIntervals = [2, 3, 5];

    public string Title => "Structure and detail";

    public void Run(PaperRun run, SectionText text)
    {
        text.Paragraph(
            Invariant($"How much the features at each boundary move: relative L2 between one evaluation and the next, in uncached runs of {run.StepsOr(50)[0]} steps, the mean over {2 * (run.Options.Prompts ?? 2)} pictures, over the time of the run from 0 to 1. ")
            + "Centre: the time around which a boundary's movement lies, as the mean of the time weighted by the movement. If the first stage settles the structure and the second one refines detail, "
            + "the structure boundary has its centre earlier.");
        var moved = run.Models.Select(m => (Model: m, Lines: Movement(run, m))).ToArray();
        text.Plots(moved.Select(m => (
            $"paper-movement-{m.Model.Name}.svg",
            m.Model.Name,
            PaperPlot.Lines($"Movement between evaluations, {m.Model.Name}", "time of the run", "relative L2", m.Lines))));
        foreach (var (model, lines) in moved)
        {
            WriteMovement(text, model, lines);
        }

        run.Publish();
        foreach (var model in run.Models)
        {
            CompareCuts(run, model, text);
            run.Publish();
        }
    }

    /// <summary>A line for each boundary.</summary>
    private static PlottedLine[] Movement(PaperRun run, SampleModel model)
    {
        var steps = run.StepsOr(50)[0];
        var layout = model.Denoiser.Layout;
        var prompts = run.Prompts(model, 2);
        var movements = layout.Boundaries.Select(_ => new List<IReadOnlyList<double>>()).ToArray();
        foreach (var prompt in prompts)
        {
            using var recorded = RecordedFeatures.Of(model, prompt, steps);
            foreach (var boundary in layout.Boundaries)
            {
                movements[boundary.Index].Add(recorded.Distances(boundary, SimilarityEstimator.RelativeL2, gap: 1));
            }
        }

        return [.. layout.Boundaries.Select(b => new PlottedLine(b.Name, Mean(movements[b.Index])))];
    }

    private static void WriteMovement(SectionText text, SampleModel model, PlottedLine[] lines)
    {
        var layout = model.Denoiser.Layout;
        text.Heading($"{model.Name}: movement");
        var table = new TextTable(new("boundary", ColumnAlignment.Left), new("movement: mean"), new("first quarter"), new("second"), new("third"), new("last"), new("centre"));
        foreach (var line in lines)
        {
            double[] quarters = [.. Enumerable.Range(0, 4).Select(q => line.Points.Where(p => Math.Min(3, (int)(4 * p.X)) == q).Select(p => p.Y).DefaultIfEmpty(double.NaN).Average())];
            table.AddRow([line.Name, Number(line.Points.Average(p => p.Y)), .. quarters.Select(Number), Number(Centre(line))]);
        }

        text.Table(table);
        var (structure, detail) = (lines[layout.Require(BoundaryRole.Structure).Index], lines[layout.Require(BoundaryRole.Detail).Index]);
        text.Claim(new PaperClaim(
            "A step has a stage that sets the structure and one that refines detail.",
            model.Name,
            Invariant($"movement has its centre at {Centre(structure):F3} of the run at '{structure.Name}' and at {Centre(detail):F3} at '{detail.Name}'"),
            "structure settles before detail: its centre is earlier by 0.02 or more",
            Centre(detail) - Centre(structure) >= 0.02));
    }

    private static void CompareCuts(PaperRun run, SampleModel model, SectionText text)
    {
        var steps = run.StepsOr(50)[0];
        var layout = model.Denoiser.Layout;
        text.Heading($"{model.Name}: H2-Cache's cut, and reuse of the deep feature");
        var cuts = layout.Boundaries.Where(b => b.Index > 0 && b.Index < layout.Output.Index)
            .Select(b => new CutH2Cache(b.Name, StructureThreshold, DetailThreshold))
            .Select(p => new ComparedPolicy(p.Name, p.Name, p) { HasTwoStages = true });
        var places = DeepReuse.PlacesIn(layout);
        text.Paragraph(places is { } found
            ? $"DeepCache reuses the feature at '{found.To}' and computes the blocks before '{found.From}' and after '{found.To}'."
            : $"DeepCache cannot be said on {model.Name}: none of its boundaries ({layout}) has only skip connections from shallow blocks behind it.");
        IEnumerable<ComparedPolicy> deep = places is { } at
            ? DeepIntervals.Select(n => new DeepReuse(at.From, at.To, n)).Select(p => new ComparedPolicy(p.Name, p.Name, p))
            : [];
        var results = run.Compare(model, steps, run.Prompts(model, 1), PaperRun.Runnable(model, [.. cuts, .. deep], out var refused));
        foreach (var sentence in refused)
        {
            text.Paragraph(sentence);
        }

        text.Paragraph(Invariant($"τ1 {StructureThreshold}, τ2 {DetailThreshold} without pooling, {steps} steps, {results.Uncached.Runs.Count} pictures. The paper's cut is '{layout.Require(BoundaryRole.Structure).Name}'."));
        var table = new TextTable(new("policy", ColumnAlignment.Left), new("full / part / skipped"), new("ideal speed-up"), new("PSNR"), new("SSIM"), new("above control"));
        foreach (var row in results.Policies)
        {
            table.AddRow(row.Label, row.Extents.ToString(), Figures.Times(row.Ideal), row.IsIdentical ? "identical" : Figures.Decibels(row.Psnr), Invariant($"{row.Ssim:F4}"), Figures.Difference(results.AboveControl(row)));
        }

        text.Table(table);
        Decide(text, model, results, layout.Require(BoundaryRole.Structure).Name);
    }

    private static void Decide(SectionText text, SampleModel model, ComparisonResults results, string papersCut)
    {
        ComparedRow[] cuts = [.. results.Policies.Where(HasCut)];
        var ours = cuts.First(r => r.Policy.EndsWith($" {papersCut}", StringComparison.Ordinal));
        var best = cuts.MaxBy(r => Above(results, r))!;
        text.Claim(new PaperClaim(
            "The place to cut is between the structure stage and the detail stage.",
            model.Name,
            $"'{papersCut}' is {Figures.Difference(results.AboveControl(ours))} against its control; the best is {best.Label} with {Figures.Difference(results.AboveControl(best))}",
            "no other cut is better against its control by 0.5 dB or more",
            Above(results, best) - Above(results, ours) < 0.5));
    }

    private static double Above(ComparisonResults results, ComparedRow row) => results.AboveControl(row) is var above && double.IsFinite(above) ? above : double.NegativeInfinity;

    private static bool HasCut(ComparedRow row) => row.Policy.StartsWith("H2-Cache, cut at", StringComparison.Ordinal);

    /// <summary>The mean over the pictures, over the time of the run: 0 at the first pair of evaluations, 1 at the last.</summary>
    private static IReadOnlyList<(double X, double Y)> Mean(List<IReadOnlyList<double>> movements) =>
        [.. Enumerable.Range(0, movements[0].Count).Select(i => (i / (double)Math.Max(1, movements[0].Count - 1), movements.Average(m => m[i])))];

    private static double Centre(PlottedLine line) => line.Points.Sum(p => p.X * p.Y) / line.Points.Sum(p => p.Y);

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("0.000;−0.000", System.Globalization.CultureInfo.InvariantCulture) : Figures.None;
}
