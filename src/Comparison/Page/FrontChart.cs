using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>Speed-up against quality: a mark for each policy with its confidence interval, the Pareto front, and the control's curve.</summary>
internal static class FrontChart
{
    private const int Width = 440;
    private const int Height = 340;
    private const int Left = 46;
    private const int Right = 12;
    private const int Top = 14;
    private const int Bottom = 44;

    public static Markup Draw(ComparisonResults results)
    {
        var policies = results.Policies.ToArray();
        var controls = results.Controls.OrderBy(results.CredibleSpeedupOf).ToArray();
        var shown = policies.Concat(controls).ToArray();
        var x = Axis.Around(1, Math.Max(1.5, shown.Select(results.CredibleSpeedupOf).DefaultIfEmpty(1).Max() * 1.05), 5, Left, Width - Right);
        var y = Axis.Around(shown.Select(r => r.Psnr).DefaultIfEmpty(20).Min() - 1, shown.Select(r => r.Psnr).DefaultIfEmpty(40).Max() + 1, 5, Height - Bottom, Top);
        var svg = new Markup();
        svg.Line($"""<svg class="chart" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="front-title front-desc">""");
        svg.Line($"""<title id="front-title">Speed-up against PSNR</title><desc id="front-desc">{Describe(results, policies)}</desc>""");
        DrawGrid(svg, x, y);
        DrawLine(svg, "control-line", controls.Select(c => (x.At(results.CredibleSpeedupOf(c)), y.At(c.Psnr))));
        DrawLine(svg, "front-line", results.ParetoFront().Select(p => (x.At(results.CredibleSpeedupOf(p)), y.At(p.Psnr))));
        foreach (var control in controls)
        {
            svg.Line($"""<circle class="control-mark" cx="{x.At(results.CredibleSpeedupOf(control)):0.#}" cy="{y.At(control.Psnr):0.#}" r="3"><title>{control.Label}: {results.CredibleSpeedupOf(control):0.00}×, {control.Psnr:0.0} dB</title></circle>""");
        }

        DrawPolicies(svg, results, policies, x, y);
        return svg.Raw("</svg>\n");
    }

    private static void DrawGrid(Markup svg, Axis x, Axis y)
    {
        foreach (var mark in x.Marks(6))
        {
            svg.Line($"""<line class="grid" x1="{x.At(mark):0.#}" x2="{x.At(mark):0.#}" y1="{Top}" y2="{Height - Bottom}"/><text class="mark" x="{x.At(mark):0.#}" y="{Height - Bottom + 16}" text-anchor="middle">{Axis.Format(mark)}×</text>""");
        }

        foreach (var mark in y.Marks(6))
        {
            svg.Line($"""<line class="grid" x1="{Left}" x2="{Width - Right}" y1="{y.At(mark):0.#}" y2="{y.At(mark):0.#}"/><text class="mark" x="{Left - 6}" y="{y.At(mark) + 4:0.#}" text-anchor="end">{Axis.Format(mark)}</text>""");
        }

        svg.Line($"""<text class="axis" x="{(Left + Width - Right) / 2}" y="{Height - 8}" text-anchor="middle">speed-up over the uncached run</text>""");
        svg.Line($"""<text class="axis" transform="translate(12 {(Top + Height - Bottom) / 2}) rotate(-90)" text-anchor="middle">PSNR (dB)</text>""");
    }

    private static void DrawLine(Markup svg, string cssClass, IEnumerable<(double X, double Y)> points)
    {
        var path = string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#},{p.Y:0.#}")));
        if (path.Contains(' ', StringComparison.Ordinal))
        {
            svg.Line($"""<polyline class="{cssClass}" points="{path}"/>""");
        }
    }

    private static void DrawPolicies(Markup svg, ComparisonResults results, ComparedRow[] policies, Axis x, Axis y)
    {
        var labels = new LabelPlaces(Left, Width - Right, Top, Height - Bottom, policies.Select(p => (x.At(results.CredibleSpeedupOf(p)), y.At(p.Psnr))));
        for (var i = 0; i < policies.Length; i++)
        {
            var policy = policies[i];
            var (px, py) = (x.At(results.CredibleSpeedupOf(policy)), y.At(policy.Psnr));
            if (!double.IsNaN(policy.PsnrInterval))
            {
                svg.Line($"""<line class="interval tone-{i % 8}" x1="{px:0.#}" x2="{px:0.#}" y1="{y.At(policy.Psnr - policy.PsnrInterval):0.#}" y2="{y.At(policy.Psnr + policy.PsnrInterval):0.#}"/>""");
            }

            var (labelX, labelY, anchor) = labels.Place(px, py, policy.Label);
            svg.Line($"""<circle class="policy-mark tone-{i % 8}" cx="{px:0.#}" cy="{py:0.#}" r="6"><title>{policy.Label}: {results.CredibleSpeedupOf(policy):0.00}×, {policy.Psnr:0.0} dB</title></circle>""");
            svg.Line($"""<text class="label" x="{labelX:0.#}" y="{labelY:0.#}" text-anchor="{anchor}">{policy.Label}</text>""");
        }
    }

    private static string Describe(ComparisonResults results, IEnumerable<ComparedRow> policies) =>
        string.Join("; ", policies.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Label} {results.CredibleSpeedupOf(p):0.0} times faster at {p.Psnr:0.0} decibels")))
        + ". The table below holds all figures.";
}
