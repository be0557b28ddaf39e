using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The paper's table of step counts: speed-up and quality at each, published and tuned, each with its control.</summary>
internal sealed class StepCountSection : IPaperSection
{
    private const int PaperSteps = 100;

    public string Title => "Step counts";

    public void Run(PaperRun run, SectionText text)
    {
        text.Paragraph(
            "Published: the settings that the authors give for FLUX. Tuned: settings that beat their control in `policies.md` on the sample model; on another model they are tuned for that one. "
            + "Speed-up: by the clock where it can be believed, else what the skipped stages allow. Control: the PSNR of fewer uncached steps in the same time.");
        foreach (var model in run.Models)
        {
            Measure(run, model, text);
        }
    }

    private static void Measure(PaperRun run, SampleModel model, SectionText text)
    {
        text.Heading(model.Name);
        var policies = PaperRun.Runnable(model, PaperSettings.All, out var refused);
        foreach (var sentence in refused)
        {
            text.Paragraph(sentence);
        }

        var finished = new List<ComparisonResults>();
        foreach (var steps in run.StepsOr(10, 20, 30, 50, 100, 200))
        {
            // Long runs are the same pictures drawn more finely: fewer of them are enough.
            finished.Add(run.Compare(model, steps, run.Prompts(model, steps > PaperSteps ? 1 : 2), policies));
        }

        text.Table(TableOf(finished));
        if (finished.Any(r => !r.Clock.IsUsable))
        {
            text.Paragraph($"Steps at which the clock could not be believed: {string.Join(", ", finished.Where(r => !r.Clock.IsUsable).Select(r => r.Steps))}.");
        }

        if (finished.Count > 1)
        {
            text.Plot($"paper-steps-{model.Name}.svg", $"Speed-up by steps, {model.Name}", PaperPlot.Lines($"Speed-up, {model.Name}", "steps", "speed-up", Lines(finished), isLogarithmic: true));
        }

        Decide(text, model, finished);
        run.Publish();
    }

    private static TextTable TableOf(IReadOnlyList<ComparisonResults> finished)
    {
        var table = new TextTable(
            new("steps"), new("policy", ColumnAlignment.Left), new("full / part / skipped"), new("speed-up"), new("ideal"), new("PSNR"), new("SSIM"), new("control"), new("above control"));
        foreach (var results in finished)
        {
            foreach (var row in results.Policies)
            {
                table.AddRow(
                    Invariant($"{results.Steps}"),
                    row.Label,
                    row.Extents.ToString(),
                    Figures.Times(results.CredibleSpeedupOf(row)),
                    Figures.Times(row.Ideal),
                    row.IsIdentical ? "identical" : Figures.Decibels(row.Psnr),
                    Invariant($"{row.Ssim:F4}"),
                    Invariant($"{results.ControlStepsOf(row)} steps, {Figures.Decibels(results.ControlPsnrOf(row))}"),
                    Figures.Difference(results.AboveControl(row)));
            }
        }

        return table;
    }

    private static IEnumerable<PlottedLine> Lines(List<ComparisonResults> finished) => finished[0].Policies.Select(p =>
        new PlottedLine(p.Label, [.. finished.Select(r => ((double)r.Steps, r.CredibleSpeedupOf(Row(r, p.Label))))]));

    private static void Decide(SectionText text, SampleModel model, IReadOnlyList<ComparisonResults> finished)
    {
        if (finished.FirstOrDefault(r => r.Steps == 10) is { } few)
        {
            text.Claim(PaperClaim.OfRatio("At 10 steps H2-Cache is 1.22 times as fast.", model.Name, 1.22, few.CredibleSpeedupOf(Row(few, PaperSettings.H2Published)), "published settings"));
        }

        if (finished.Where(r => r.Steps <= PaperSteps).ToArray() is { Length: > 1 } rising)
        {
            double[] speedups = [.. rising.Select(r => r.CredibleSpeedupOf(Row(r, PaperSettings.H2Published)))];
            text.Claim(new PaperClaim(
                "The more steps, the more H2-Cache gains.",
                model.Name,
                string.Join(", ", rising.Zip(speedups, (r, s) => Invariant($"{r.Steps} steps {s:F2}×"))),
                "each number of steps gains more than the one before",
                speedups.Zip(speedups.Skip(1), (a, b) => b > a).All(rises => rises)));
        }

        if (finished.FirstOrDefault(r => r.Steps == PaperSteps) is { } many)
        {
            DecideAtPaperSteps(text, model, many);
        }
    }

    private static void DecideAtPaperSteps(SectionText text, SampleModel model, ComparisonResults results)
    {
        var ours = Row(results, PaperSettings.H2Published);
        text.Claim(PaperClaim.OfRatio("At 100 steps H2-Cache is 5.08 times as fast.", model.Name, 5.08, results.CredibleSpeedupOf(ours), "published settings"));
        ComparedRow[] published = [.. results.Policies.Where(PaperSettings.IsPublished)];
        text.Claim(new PaperClaim(
            "At 100 steps it is faster than block cache (4.35×) and TeaCache (4.99×).",
            model.Name,
            string.Join(", ", published.Select(r => $"{r.Policy} {Figures.Times(results.CredibleSpeedupOf(r))}")),
            "no other policy at its published settings is as fast",
            published.Length > 1 ? published.All(r => r == ours || results.CredibleSpeedupOf(r) < results.CredibleSpeedupOf(ours)) : null));
        text.Claim(new PaperClaim(
            "It keeps more quality than block cache and TeaCache (CLIP-IQA 0.7688 against 0.7681 and 0.7462).",
            model.Name,
            string.Join(", ", published.Select(r => $"{r.Policy} {Figures.Decibels(r.Psnr)}")),
            "no other policy at its published settings has as high a PSNR",
            published.Length > 1 ? published.All(r => r == ours || r.Psnr < ours.Psnr) : null));
        text.Claim(new PaperClaim(
            "It costs hardly any quality (CLIP-IQA 0.7693 to 0.7688).",
            model.Name,
            Invariant($"SSIM {ours.Ssim:F4}; {Figures.Difference(results.AboveControl(ours))} against fewer uncached steps in the same time"),
            "SSIM of at least 0.99, and better than its control",
            ours.Ssim >= 0.99 && results.AboveControl(ours) > 0));
    }

    private static ComparedRow Row(ComparisonResults results, string label) => results.Policies.First(r => r.Label == label);
}
