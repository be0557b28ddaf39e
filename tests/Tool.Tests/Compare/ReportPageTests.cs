using System.Text.RegularExpressions;

namespace CachePolicies.Tool.Tests;

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
    public void A_single_uncached_row_makes_a_page_too() =>
        Assert.Contains("uncached", new ReportPage(ComparedResults.Create(20, ["apple"]), ComparedResults.Picture).Render());

    private static string Render()
    {
        var results = ComparedResults.Create(20, ["<script> & apple", "blue mushroom"], ("h2cache", 2.4, 38), ("blockcache", 2.1, 34), ("teacache", 3.2, 33));
        results = results with { Rows = [.. results.Rows, ComparedResults.Row(ComparedKind.Control, "control, 8 steps", "none", 8, 2, 2.5, 31)] };
        return new ReportPage(results, ComparedResults.Picture).Render();
    }

    [GeneratedRegex("<img [^>]*>")]
    private static partial Regex Images();
}
