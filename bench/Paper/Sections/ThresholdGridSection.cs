using System.Globalization;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>Speed-up and quality over a grid of both thresholds, and how sharp its optimum is.</summary>
internal sealed class ThresholdGridSection : IPaperSection
{
    /// <summary>The quality that the optimum reaches, unless <c>--target</c> says another.</summary>
    private const double Target = 38;

    /// <summary>From this mean loss of the neighbours on the optimum counts as sharp.</summary>
    private const double Sharp = 1;

    /// <summary>Better than this nobody sees a difference; equal pictures count as this where settings are compared.</summary>
    private const double Invisible = 60;

    private static readonly double[] Thresholds = [0.04, 0.06, 0.09, 0.13, 0.18, 0.26, 0.37];

    public string Title => "Thresholds";

    public void Run(PaperRun run, SectionText text)
    {
        var target = run.Options.Target ?? Target;
        text.Paragraph(Invariant(
            $"H2-Cache over τ1 × τ2, each step a factor of about 1.45. **Sharpness**: a setting's loss is how far its PSNR is below the best of the grid that is at least as fast; the optimum is the fastest setting of at least {target} dB without a loss; its sharpness is the mean loss of the up to eight settings next to it. At 0 dB one may miss the optimum by a step at no cost."));
        foreach (var model in run.Models)
        {
            Measure(run, model, text, target);
            run.Publish();
        }
    }

    private static void Measure(PaperRun run, SampleModel model, SectionText text, double target)
    {
        var steps = run.StepsOr(50)[0];
        var policies = Thresholds.SelectMany(_ => Thresholds, (t1, t2) => PaperSettings.H2At(Invariant($"τ1 {t1}, τ2 {t2}"), t1, t2)).ToArray();
        var results = run.Compare(model, steps, run.Prompts(model, 1), policies, controls: []);
        ComparedRow[] rows = [.. results.Policies];
        var (speedups, decibels) = (Grid(rows, r => r.Ideal), Grid(rows, r => Math.Min(r.Psnr, Invisible)));
        string[] names = [.. Thresholds.Select(t => t.ToString(CultureInfo.InvariantCulture))];

        text.Heading(model.Name);
        text.Paragraph(Invariant($"{steps} steps, {rows[0].Runs.Count} pictures; speed-ups are those that the skipped stages allow, and a PSNR above {Invisible} dB counts as {Invisible}."));
        text.Plots(
        [
            ($"paper-grid-speed-{model.Name}.svg", "Speed-up", PaperPlot.Heat($"Speed-up, {model.Name}", "τ2", names, "τ1", names, speedups)),
            ($"paper-grid-psnr-{model.Name}.svg", "PSNR", PaperPlot.Heat($"PSNR in dB, {model.Name}", "τ2", names, "τ1", names, decibels)),
        ]);

        var sharpness = GridSharpness.Of(speedups, decibels, target);
        text.Paragraph(sharpness is { } found
            ? Invariant($"The optimum is τ1 {names[found.Row]}, τ2 {names[found.Column]}: {speedups[found.Row, found.Column]:F2}× at {decibels[found.Row, found.Column]:F1} dB. Its sharpness is **{found.Loss:F1} dB**.")
            : Invariant($"No setting of the grid reaches {target} dB."));
        text.Claim(new PaperClaim(
            "The optimum of the two thresholds is sharp.",
            model.Name,
            sharpness is { } optimum ? Invariant($"its neighbours lose {optimum.Loss:F1} dB at their own speed") : Invariant($"no setting reaches {target} dB"),
            Invariant($"they lose {Sharp} dB or more"),
            sharpness is null ? null : sharpness.Value.Loss >= Sharp));

        var (small, large) = (RangeOfRow(decibels, 0), RangeOfRow(decibels, Thresholds.Length - 1));
        text.Paragraph(Invariant($"Over all τ2 the PSNR ranges over {small:F1} dB at τ1 {names[0]} and over {large:F1} dB at τ1 {names[^1]}."));
        text.Claim(new PaperClaim(
            "A small τ1 is sensitive to τ2; a larger one is steadier.",
            model.Name,
            Invariant($"PSNR over all τ2: a range of {small:F1} dB at τ1 {names[0]}, {large:F1} dB at τ1 {names[^1]}"),
            "the range at the smallest τ1 is at least twice that at the largest",
            small >= 2 * large));
    }

    private static double[,] Grid(ComparedRow[] rows, Func<ComparedRow, double> valueOf)
    {
        var grid = new double[Thresholds.Length, Thresholds.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            grid[i / Thresholds.Length, i % Thresholds.Length] = valueOf(rows[i]);
        }

        return grid;
    }

    private static double RangeOfRow(double[,] grid, int row)
    {
        double[] values = [.. Enumerable.Range(0, grid.GetLength(1)).Select(c => grid[row, c])];
        return values.Max() - values.Min();
    }
}
