using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>
/// A run step by step: what each step computed, and for each boundary at which the policy compared, the compared numbers against the threshold.
/// </summary>
internal static class TimelineChart
{
    private const int Width = 440;
    private const int Left = 40;
    private const int Right = 8;
    private const int StripHeight = 16;
    private const int PanelHeight = 92;
    private const int PanelGap = 26;

    public static Markup Draw(string id, string title, EvaluationLog run)
    {
        var boundaries = run.Evaluations.SelectMany(s => s.Checks).Where(c => c.Threshold is not null).Select(c => c.Boundary).Distinct().ToArray();
        var height = StripHeight + 26 + (boundaries.Length * (PanelHeight + PanelGap));
        var x = new Axis(0, run.Evaluations.Count, Left, Width - Right);
        var svg = new Markup();
        svg.Line($"""<svg class="chart" viewBox="0 0 {Width} {height}" role="img" aria-labelledby="{id}-title {id}-desc">""");
        svg.Line($"""<title id="{id}-title">{title}</title><desc id="{id}-desc">Decisions step by step: {run.Decisions}</desc>""");
        DrawStrip(svg, run, x);
        for (var i = 0; i < boundaries.Length; i++)
        {
            DrawPanel(svg, run, boundaries[i], x, StripHeight + 26 + PanelGap - 6 + (i * (PanelHeight + PanelGap)));
        }

        return svg.Raw("</svg>\n");
    }

    /// <summary>The row of cells alone.</summary>
    public static Markup Strip(string label, EvaluationLog run)
    {
        var x = new Axis(0, run.Evaluations.Count, 0, Width);
        var svg = new Markup();
        svg.Line($"""<svg class="strip" viewBox="0 0 {Width} 10" preserveAspectRatio="none" role="img" aria-label="{label}: {run.Decisions}">""");
        DrawCells(svg, run, x, 0, 10);
        return svg.Raw("</svg>\n");
    }

    private static void DrawStrip(Markup svg, EvaluationLog run, Axis x)
    {
        DrawCells(svg, run, x, 0, StripHeight);
        foreach (var mark in x.Marks(8).Where(m => m < run.Evaluations.Count))
        {
            svg.Line($"""<text class="mark" x="{x.At(mark + 0.5):0.#}" y="{StripHeight + 14}" text-anchor="middle">{mark:0}</text>""");
        }

        svg.Line($"""<text class="mark" x="{Left - 6}" y="{StripHeight + 14}" text-anchor="end">step</text>""");
    }

    private static void DrawCells(Markup svg, EvaluationLog run, Axis x, int top, int height)
    {
        var cell = x.At(1) - x.At(0);
        foreach (var step in run.Evaluations)
        {
            svg.Line($"""<rect class="step-{step.Letter}" x="{x.At(step.Step):0.##}" y="{top}" width="{Math.Max(cell - (cell > 3 ? 1 : 0), 0.5):0.##}" height="{height}"/>""");
        }
    }

    private static void DrawPanel(Markup svg, EvaluationLog run, string boundary, Axis x, int top)
    {
        var points = run.Evaluations
            .SelectMany(s => s.Checks.Where(c => c.Boundary == boundary && c.Threshold is not null).Select(c => (s.Step, Check: c)))
            .ToArray();
        var known = points.Where(p => p.Check.Compared is { } d && double.IsFinite(d)).ToArray();
        var threshold = (double)points.Max(p => p.Check.Threshold!.Value);
        var highest = known.Select(p => p.Check.Compared!.Value).DefaultIfEmpty(0).Max();
        var y = Axis.Around(0, Math.Max(threshold, Math.Min(highest, threshold == 0 ? highest : 4 * threshold)) * 1.05, 3, top + PanelHeight, top);
        foreach (var mark in y.Marks(4))
        {
            svg.Line($"""<line class="grid" x1="{Left}" x2="{Width - Right}" y1="{y.At(mark):0.#}" y2="{y.At(mark):0.#}"/><text class="mark" x="{Left - 6}" y="{y.At(mark) + 4:0.#}" text-anchor="end">{Axis.Format(mark)}</text>""");
        }

        var what = points.Any(p => p.Check.Accumulated is not null) ? "accumulated" : "distance";
        svg.Line($"""<text class="axis" x="{Left}" y="{top - 7}">{what} at {boundary}, threshold {threshold:0.####}</text>""");
        var line = string.Join(' ', known.Select(p => string.Create(CultureInfo.InvariantCulture, $"{x.At(p.Step + 0.5):0.#},{y.At(p.Check.Compared!.Value):0.#}")));
        svg.Line($"""<polyline class="distance-line" points="{line}"/><line class="threshold" x1="{Left}" x2="{Width - Right}" y1="{y.At(threshold):0.#}" y2="{y.At(threshold):0.#}"/>""");
        var radius = run.Evaluations.Count > 60 ? 2 : 3;
        foreach (var (step, check) in known)
        {
            svg.Line($"""<circle class="{(check.To is null ? "miss" : "hit")}" cx="{x.At(step + 0.5):0.#}" cy="{y.At(check.Compared!.Value):0.#}" r="{radius}"><title>step {step}: {check.Compared.Value:0.####}, {(check.To is null ? "computed" : "skipped to " + check.To)}</title></circle>""");
        }
    }
}
