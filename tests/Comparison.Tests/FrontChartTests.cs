using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CachePolicies.Comparison.Tests;

public class FrontChartTests
{
    private static readonly string[] Prompts = ["apple"];

    [Fact]
    public void Few_rows_are_named_beside_their_marks()
    {
        var svg = Draw([.. Enumerable.Range(0, 12).Select(i => ($"row {i}", 2.0 + i, 30.0 + i))]);

        Assert.Equal(12, Regex.Count(svg, "class=\"label\""));
        Assert.DoesNotContain("series-line tone-0\" points", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_rows_are_joined_by_policy_and_named_by_a_legend()
    {
        var results = ComparedResults.Create(20, Prompts, [.. Enumerable.Range(0, 13).Select(i => ($"row {i}", 2.0 + i, 30.0 + i))]);
        results = results with { Rows = [.. results.Rows.Select(r => r.Kind == ComparedKind.Policy ? r with { Policy = r.Label is "row 0" or "row 1" ? "first" : "<second>" } : r)] };
        var svg = FrontChart.ToSvg(results, r => r.Ideal, "ideal speed-up");

        Assert.Empty(Regex.Matches(svg, "class=\"label\""));
        Assert.Equal(["first", "<second>", "control: fewer steps"], Texts(svg).Where(t => t is "first" or "<second>" or "control: fewer steps"));
        Assert.Equal(2, Regex.Count(svg, "<polyline class=\"series-line"));
    }

    [Fact]
    public void A_file_of_its_own_is_whole_and_brings_its_styles()
    {
        var svg = XDocument.Parse(Draw([("one", 2, 30)]));

        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.Contains(".tone-0", svg.Descendants().First(e => e.Name.LocalName == "style").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_ratios_are_equally_far_apart_on_a_logarithmic_axis()
    {
        var axis = new Axis(1, 8, 0, 300, isLogarithmic: true);

        Assert.Equal([0, 100, 200, 300], new[] { 1.0, 2, 4, 8 }.Select(v => Math.Round(axis.At(v), 6)));
        Assert.Equal([1, 1.2, 1.5, 2, 3, 4, 5, 6, 8], axis.Marks(6));
    }

    private static string Draw(params (string Label, double Speedup, double Psnr)[] policies) =>
        FrontChart.ToSvg(ComparedResults.Create(20, Prompts, policies), r => r.Ideal, "ideal speed-up");

    private static IEnumerable<string> Texts(string svg) => XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value);
}
