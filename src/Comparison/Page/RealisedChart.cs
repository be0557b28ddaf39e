using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>The realised speed-up of each policy as a bar within the one that its skipped stages would give.</summary>
internal static class RealisedChart
{
    private const int Width = 440;
    private const int Left = 12;
    private const int RowHeight = 46;

    public static Markup Draw(ComparisonResults results)
    {
        var policies = results.Policies.ToArray();
        var height = (policies.Length * RowHeight) + 8;
        var longest = policies.Select(p => Math.Max(p.Ideal, Shown(p))).DefaultIfEmpty(1).Max();
        var x = new Axis(0, longest, Left, Width - 12);
        var svg = new Markup();
        svg.Line($"""<svg class="chart" viewBox="0 0 {Width} {height}" role="img" aria-labelledby="realised-title realised-desc">""");
        svg.Line($"""<title id="realised-title">Realised and ideal speed-up</title><desc id="realised-desc">{Describe(policies)}</desc>""");
        for (var i = 0; i < policies.Length; i++)
        {
            var (realised, ideal) = (Shown(policies[i]), policies[i].Ideal);
            var top = (i * RowHeight) + 20;
            svg.Line($"""<text class="label" x="{Left}" y="{top - 5}">{policies[i].Label}</text>""");
            svg.Line($"""<text class="mark" x="{Width - 12}" y="{top - 5}" text-anchor="end">{Figures.Times(policies[i].Speedup)} of {ideal:0.00}× ({Figures.Realised(policies[i].Realised)})</text>""");
            svg.Line($"""<rect class="ideal" x="{Left}" y="{top}" width="{x.At(ideal) - Left:0.#}" height="18" rx="3"/><rect class="realised tone-{i % 8}" x="{Left}" y="{top + 3}" width="{x.At(realised) - Left:0.#}" height="12" rx="2"/>""");
        }

        return svg.Raw("</svg>\n");
    }

    /// <summary>Beyond the ideal there is only noise, which would not fit the chart.</summary>
    private static double Shown(ComparedRow row) => ClockQuality.IsNoise(row.Realised) ? row.Ideal : row.Speedup;

    private static string Describe(IEnumerable<ComparedRow> policies) =>
        string.Join("; ", policies.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Label} {p.Speedup:0.00} times of {p.Ideal:0.00}")));
}
