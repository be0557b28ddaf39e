using System.Globalization;

namespace CachePolicies.Comparison;

/// <summary>
/// Speed-up, on a logarithmic scale, against quality: a mark for each row with its confidence interval, the Pareto front, and the control's curve. Few rows
/// are named beside their marks; where there are many, the rows of one policy are joined, and a legend names the policies.
/// </summary>
public sealed class FrontChart
{
    private const int MostNamed = 12;
    private const int Tones = 8;
    private const int Left = 46;
    private const int Top = 14;
    private const int Bottom = 44;
    private const int LegendWidth = 220;
    private const string Controls = "control: fewer steps";

    private readonly ComparisonResults _results;
    private readonly Func<ComparedRow, double> _speedupOf;
    private readonly string _speedup;
    private readonly ComparedRow[] _policies;
    private readonly ComparedRow[] _controls;
    private readonly string[] _series;
    private readonly Axis _x;
    private readonly Axis _y;

    private FrontChart(ComparisonResults results, Func<ComparedRow, double> speedupOf, string speedup)
    {
        (_results, _speedupOf, _speedup) = (results, speedupOf, speedup);
        _policies = [.. results.Policies];
        _controls = [.. results.Controls.OrderBy(speedupOf)];
        _series = [.. _policies.Select(p => p.Policy).Distinct()];
        var shown = _policies.Concat(_controls).ToArray();
        _x = new Axis(1, Math.Max(1.5, shown.Select(speedupOf).DefaultIfEmpty(1).Max() * 1.05), Left, Right, isLogarithmic: true);
        _y = Axis.Around(shown.Select(r => r.Psnr).DefaultIfEmpty(20).Min() - 1, shown.Select(r => r.Psnr).DefaultIfEmpty(40).Max() + 1, 5, Height - Bottom, Top);
    }

    private bool HasLegend => _policies.Length > MostNamed;

    private int Width => HasLegend ? 760 : 440;

    private int Height => HasLegend ? 460 : 340;

    private int Right => Width - (HasLegend ? LegendWidth : 12);

    /// <summary>The chart as a file of its own.</summary>
    /// <param name="results">What was measured.</param>
    /// <param name="speedupOf">The speed-up of a row, at least 1 for what is shown.</param>
    /// <param name="speedup">What that speed-up is, for the axis.</param>
    public static string ToSvg(ComparisonResults results, Func<ComparedRow, double> speedupOf, string speedup)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(speedupOf);
        return new FrontChart(results, speedupOf, speedup).Draw("xmlns=\"http://www.w3.org/2000/svg\" ", $"<style>\n{PageResource.Read("chart.css")}</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n").ToString();
    }

    /// <summary>The chart as a part of a page.</summary>
    internal static Markup Draw(ComparisonResults results) => new FrontChart(results, results.CredibleSpeedupOf, "speed-up over the uncached run").Draw("", "");

    private Markup Draw(string attributes, string ground)
    {
        var svg = new Markup();
        svg.Raw($"<svg {attributes}class=\"chart\" ");
        svg.Line($"""viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="front-title front-desc">""");
        svg.Line($"""<title id="front-title">Speed-up against PSNR</title><desc id="front-desc">{Describe()}</desc>""");
        svg.Raw(ground);
        DrawGrid(svg);
        DrawLine(svg, "control-line", _controls);
        if (HasLegend)
        {
            DrawSeries(svg);
        }
        else
        {
            DrawLine(svg, "front-line", _results.ParetoFront());
        }

        foreach (var control in _controls)
        {
            svg.Line($"""<circle class="control-mark" cx="{X(control):0.#}" cy="{Y(control):0.#}" r="3"><title>{InWords(control)}</title></circle>""");
        }

        DrawMarks(svg);
        return svg.Raw("</svg>\n");
    }

    private double X(ComparedRow row) => _x.At(_speedupOf(row));

    private double Y(ComparedRow row) => _y.At(row.Psnr);

    private int ToneOf(ComparedRow row) => (HasLegend ? Array.IndexOf(_series, row.Policy) : Array.IndexOf(_policies, row)) % Tones;

    private string InWords(ComparedRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Label}: {_speedupOf(row):0.00}×, {row.Psnr:0.0} dB");

    private void DrawGrid(Markup svg)
    {
        foreach (var mark in _x.Marks(6))
        {
            svg.Line($"""<line class="grid" x1="{_x.At(mark):0.#}" x2="{_x.At(mark):0.#}" y1="{Top}" y2="{Height - Bottom}"/><text class="mark" x="{_x.At(mark):0.#}" y="{Height - Bottom + 16}" text-anchor="middle">{Axis.Format(mark)}×</text>""");
        }

        foreach (var mark in _y.Marks(6))
        {
            svg.Line($"""<line class="grid" x1="{Left}" x2="{Right}" y1="{_y.At(mark):0.#}" y2="{_y.At(mark):0.#}"/><text class="mark" x="{Left - 6}" y="{_y.At(mark) + 4:0.#}" text-anchor="end">{Axis.Format(mark)}</text>""");
        }

        svg.Line($"""<text class="axis" x="{(Left + Right) / 2}" y="{Height - 8}" text-anchor="middle">{_speedup}</text>""");
        svg.Line($"""<text class="axis" transform="translate(12 {(Top + Height - Bottom) / 2}) rotate(-90)" text-anchor="middle">PSNR (dB)</text>""");
    }

    private void DrawLine(Markup svg, string cssClass, IEnumerable<ComparedRow> rows)
    {
        var path = string.Join(' ', rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{X(r):0.#},{Y(r):0.#}")));
        if (path.Contains(' ', StringComparison.Ordinal))
        {
            svg.Line($"""<polyline class="{cssClass}" points="{path}"/>""");
        }
    }

    /// <summary>A line for each policy, and its name at the right.</summary>
    private void DrawSeries(Markup svg)
    {
        for (var i = 0; i < _series.Length; i++)
        {
            var style = $"series-line tone-{i % Tones}{(i < Tones ? "" : " further")}";
            DrawLine(svg, style, _policies.Where(p => p.Policy == _series[i]).OrderBy(_speedupOf));
            DrawKey(svg, i, style, _series[i]);
        }

        DrawKey(svg, _series.Length, "control-line", Controls);
    }

    private void DrawKey(Markup svg, int line, string cssClass, string name)
    {
        var y = Top + 6 + (20 * line);
        svg.Line($"""<line class="{cssClass}" x1="{Right + 16}" x2="{Right + 40}" y1="{y}" y2="{y}"/><text x="{Right + 48}" y="{y + 4}">{name}</text>""");
    }

    private void DrawMarks(Markup svg)
    {
        var labels = new LabelPlaces(Left, Right, Top, Height - Bottom, _policies.Select(p => (X(p), Y(p))));
        foreach (var policy in _policies)
        {
            var (x, y, tone) = (X(policy), Y(policy), ToneOf(policy));
            if (!HasLegend && !double.IsNaN(policy.PsnrInterval))
            {
                svg.Line($"""<line class="interval tone-{tone}" x1="{x:0.#}" x2="{x:0.#}" y1="{_y.At(policy.Psnr - policy.PsnrInterval):0.#}" y2="{_y.At(policy.Psnr + policy.PsnrInterval):0.#}"/>""");
            }

            svg.Line($"""<circle class="policy-mark tone-{tone}" cx="{x:0.#}" cy="{y:0.#}" r="{(HasLegend ? 4 : 6)}"><title>{InWords(policy)}</title></circle>""");
            if (!HasLegend)
            {
                var (labelX, labelY, anchor) = labels.Place(x, y, policy.Label);
                svg.Line($"""<text class="label" x="{labelX:0.#}" y="{labelY:0.#}" text-anchor="{anchor}">{policy.Label}</text>""");
            }
        }
    }

    private string Describe() =>
        string.Join("; ", _policies.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Label} {_speedupOf(p):0.0} times faster at {p.Psnr:0.0} decibels")))
        + ". The table holds all figures.";
}
