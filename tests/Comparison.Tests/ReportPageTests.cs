using System.Text.RegularExpressions;

namespace CachePolicies.Comparison.Tests;

public sealed partial class ReportPageTests
{
    private static readonly string Page = Render();

    [Fact]
    public void The_page_needs_nothing_else()
    {
        Assert.DoesNotMatch(@"(src|href)=""(?!data:)", Page);
        Assert.DoesNotContain("http", Page.Replace("http-equiv", "", StringComparison.Ordinal));
        Assert.DoesNotContain("@import", Page);
    }

    [Fact]
    public void Every_picture_says_what_it_shows()
    {
        var pictures = Images().Matches(Page);

        Assert.Equal(5 * 2 * 2, pictures.Count);
        Assert.All(pictures, p => Assert.Matches(@"alt=""[^""]+, seed \d, [^""]+""", p.Value));
    }

    [Fact]
    public void Text_of_the_user_is_escaped()
    {
        Assert.Contains("&lt;script&gt; &amp; apple", Page);
        Assert.DoesNotContain("<script> &", Page);
    }

    [Fact]
    public void Charts_have_titles_and_every_policy_has_a_timeline()
    {
        Assert.Equal(Regex.Count(Page, "<svg class=\"chart\""), Regex.Count(Page, "<title id="));
        foreach (var policy in new[] { "h2cache", "blockcache", "teacache" })
        {
            Assert.Contains($"<article><h3>{policy}</h3>", Page);
        }
    }

    [Fact]
    public void The_distances_of_each_boundary_stand_against_their_threshold()
    {
        Assert.Contains("distance at latent, threshold 0.15", Page);
        Assert.Contains("distance at structure, threshold 0.18", Page);
        Assert.Contains("accumulated at embedded, threshold 0.15", Page);
    }

    [Fact]
    public void Ids_are_unique_and_what_refers_to_one_finds_it()
    {
        string[] ids = [.. Regex.Matches(Page, @"\bid=""([^""]+)""").Select(m => m.Groups[1].Value)];

        Assert.Equal(ids.Distinct(), ids);
        Assert.All(Regex.Matches(Page, @"aria-labelledby=""([^""]+)""").SelectMany(m => m.Groups[1].Value.Split(' ')), id => Assert.Contains(id, ids));
    }

    [Fact]
    public void Structure_can_be_heard()
    {
        Assert.Matches("<html lang=\"en\">", Page);
        Assert.Single(Regex.Matches(Page, "<main>"));
        Assert.Equal(["1", "2", "2", "2", "2", "2", "3", "3", "3"], Regex.Matches(Page, "<h([1-6])").Select(m => m.Groups[1].Value));
        Assert.All(Regex.Matches(Page, "<th[ >]"), m => Assert.StartsWith("<th scope=\"", Page[m.Index..]));
        Assert.All(Regex.Matches(Page, "<svg [^>]*>"), m => Assert.Matches("role=\"img\" aria-label", m.Value));
        Assert.Equal(Regex.Count(Page, "<table"), Regex.Count(Page, "<caption"));
        Assert.Contains("setAttribute(\"aria-sort\"", Page);
    }

    [Fact]
    public void Nothing_moves_and_the_keyboards_place_is_seen()
    {
        Assert.DoesNotMatch("transition|animation|@keyframes", Page);
        Assert.Contains(":focus-visible { outline:", Page);
        Assert.DoesNotContain("all: unset", Page);
    }

    [Fact]
    public void Colours_can_be_told_apart_in_both_themes()
    {
        var light = Colours(Page[Page.IndexOf(":root {", StringComparison.Ordinal)..]);
        var dark = Colours(Page[Page.IndexOf("prefers-color-scheme: dark", StringComparison.Ordinal)..]);

        foreach (var theme in new[] { light, dark })
        {
            foreach (var ground in new[] { "paper", "panel" })
            {
                Assert.All(["ink", "muted", "accent"], text => Assert.True(Contrast(theme[text], theme[ground]) >= 4.5, $"--{text} on --{ground}"));
                string[] marks = ["full", "partial", "threshold", "control", .. Enumerable.Range(0, 8).Select(i => $"tone-{i}")];
                Assert.All(marks, mark => Assert.True(Contrast(theme[mark], theme[ground]) >= 3, $"--{mark} on --{ground}"));
            }
        }
    }

    [Fact]
    public void Labels_of_marks_keep_clear_of_each_other()
    {
        (double X, double Y)[] marks = [(100, 100), (106, 104), (112, 98), (430, 100)];
        var places = new LabelPlaces(0, 440, 0, 340, marks);

        var placed = marks.Select(m => places.Place(m.X, m.Y, "blockcache")).ToArray();

        Assert.Equal("end", placed[3].Anchor);
        Assert.All(
            from a in Enumerable.Range(0, 3) from b in Enumerable.Range(a + 1, 2 - a) select (placed[a], placed[b]),
            p => Assert.True(Math.Abs(p.Item1.Y - p.Item2.Y) >= 10 || Start(p.Item1) + 72 <= Start(p.Item2) || Start(p.Item2) + 72 <= Start(p.Item1), $"{p}"));

        static double Start((double X, double Y, string Anchor) place) => place.X - (place.Anchor == "end" ? 72 : place.Anchor == "middle" ? 36 : 0);
    }

    private static Dictionary<string, string> Colours(string css) => Regex.Matches(css[..css.IndexOf('}', StringComparison.Ordinal)], "--([a-z0-9-]+): #([0-9a-f]{6})")
        .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    /// <summary>The contrast ratio of WCAG 2.</summary>
    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            var value = Convert.ToInt32(colour.Substring(at, 2), 16) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(0)) + (0.7152 * Channel(2)) + (0.0722 * Channel(4));
    }

    [Fact]
    public void Conditions_and_an_unusable_clock_are_told()
    {
        var results = ComparedResults.Create(20, ["apple"], ("teacache", 3, 33));
        var noisy = results with { Clock = new ClockQuality(0.8, IsUsable: false) };

        Assert.Contains("tiny on cpu, a processor (2 processors), .NET, CachePolicies 1.0.0, 2026-11-27 12:00 UTC", Page);
        Assert.DoesNotContain("clock is not usable", Page);
        Assert.Contains("clock is not usable", new ReportPage(noisy, ComparedResults.Picture).Render());
    }

    [Fact]
    public void A_single_uncached_row_makes_a_page_too() =>
        Assert.Contains("uncached", new ReportPage(ComparedResults.Create(20, ["apple"]), ComparedResults.Picture).Render());

    private static string Render()
    {
        var results = ComparedResults.Create(20, ["<script> & apple", "blue mushroom"], ("h2cache", 2.4, 38), ("blockcache", 2.1, 34), ("teacache", 3.2, 33));
        results = results with { Rows = [.. results.Rows, ComparedResults.Row(ComparedKind.Control, "control, 8 steps", "none", 8, ["<script> & apple", "blue mushroom"], 2.5, 31)] };
        return new ReportPage(results, ComparedResults.Picture).Render();
    }

    [GeneratedRegex("<img [^>]*>")]
    private static partial Regex Images();
}
