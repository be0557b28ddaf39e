using System.Globalization;
using System.Net;
using System.Text;

namespace CachePolicies.Bench;

/// <summary>The front at one number of steps as a picture: ideal speed-up to the right on a logarithmic scale, the mean PSNR upwards, a line for each policy.</summary>
internal static class FrontPlot
{
    private const double Width = 760;
    private const double Height = 460;
    private const double Left = 48;
    private const double Right = 220;
    private const double Bottom = 40;
    private const double Top = 16;

    private static readonly string[] Colours = ["#17456b", "#c8553d", "#2a9d6f", "#f0a030", "#7b4fa3", "#3a9ec2", "#8a6d3b", "#d46a9b", "#5b6770"];

    public static string Draw(ComparisonResults results)
    {
        var rows = results.Policies.Concat(results.Controls).ToArray();
        var (fastest, lowest) = (rows.Max(FrontTable.IdealOf), Math.Floor(rows.Min(r => r.Psnr) / 5) * 5);
        var highest = Math.Ceiling(rows.Max(r => r.Psnr) / 5) * 5;
        double X(double speedup) => Left + (Math.Log(speedup) / Math.Log(fastest) * (Width - Left - Right));
        double Y(double psnr) => Height - Bottom - ((psnr - lowest) / (highest - lowest) * (Height - Bottom - Top));
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add(svg, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        foreach (var speedup in ((double[])[1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20]).Where(s => s <= fastest))
        {
            Add(svg, $"<path d=\"M{X(speedup):F1} {Top}V{Height - Bottom}\" stroke=\"#d9dee3\"/><text x=\"{X(speedup):F1}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{speedup}×</text>");
        }

        for (var psnr = lowest; psnr <= highest; psnr += 5)
        {
            Add(svg, $"<path d=\"M{Left} {Y(psnr):F1}H{Width - Right}\" stroke=\"#d9dee3\"/><text x=\"{Left - 6}\" y=\"{Y(psnr) + 4:F1}\" text-anchor=\"end\">{psnr}</text>");
        }

        Add(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">ideal speed-up, {results.Steps} steps; PSNR in dB upwards</text>");
        var series = rows.GroupBy(r => r.Kind == ComparedKind.Control ? "control: fewer steps" : r.Policy).ToArray();
        for (var i = 0; i < series.Length; i++)
        {
            var points = series[i].Select(r => (X: X(FrontTable.IdealOf(r)), Y: Y(r.Psnr))).OrderBy(p => p.X).ToArray();
            var colour = Colours[i % Colours.Length];
            Add(svg, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:F1},{p.Y:F1}")))}\"/>");
            foreach (var (x, y) in points)
            {
                Add(svg, $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"4\" fill=\"{colour}\"/>");
            }

            Add(svg, $"<rect x=\"{Width - Right + 16}\" y=\"{Top + (20 * i)}\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{Width - Right + 34}\" y=\"{Top + (20 * i) + 11}\">{WebUtility.HtmlEncode(series[i].Key)}</text>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Add(StringBuilder svg, FormattableString markup) => svg.Append(markup.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
