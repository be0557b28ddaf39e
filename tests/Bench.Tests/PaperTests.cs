namespace CachePolicies.Bench.Tests;

public class PaperTests
{
    [Fact]
    public void Every_section_has_a_title_of_its_own() => Assert.Distinct(PaperBench.Sections.Select(s => s.Title));

    [Fact]
    public void A_section_that_fails_does_not_lose_the_others()
    {
        using var folder = new TemporaryFolder();
        var options = BenchOptions.Parse(["paper", "--out", folder.Path]);

        var failure = Assert.Throws<InvalidDataException>(() => PaperBench.Run(options, [new Says("before"), new Fails(), new Says("after")], []));

        var page = File.ReadAllText(folder.File("paper.md"));
        Assert.Contains("1 of 3 sections failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains("before was measured", page, StringComparison.Ordinal);
        Assert.Contains("**This section failed**: out of luck", page, StringComparison.Ordinal);
        Assert.Contains("after was measured", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Step counts", "H2-Cache, published")]
    [InlineData("Structure", "cut at structure")]
    public void A_section_measures_the_sample_model(string only, string row)
    {
        using var folder = new TemporaryFolder();

        PaperBench.Run(BenchOptions.Parse(["paper", "--only", only, "--steps", "6", "--prompts", "1", "--model", Repository.PathOf("models/emoji"), "--out", folder.Path]));

        var page = File.ReadAllText(folder.File("paper.md"));
        Assert.Contains(row, page, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_sections_are_refused_by_name() =>
        Assert.Contains("--only is 'nothing'", Assert.Throws<ArgumentException>(() => PaperBench.Run(BenchOptions.Parse(["paper", "--only", "nothing"]))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1.3, true)]
    [InlineData(1.6, false)]
    public void A_ratio_is_the_same_within_a_fifth(double measured, bool holds) =>
        Assert.Equal(holds, PaperClaim.OfRatio("It is faster.", "emoji", 1.22, measured, "published settings").Holds);

    [Fact]
    public void The_verdict_is_open_where_nothing_was_measured() => Assert.Null(PaperClaim.OfRatio("It is faster.", "emoji", 1.22, double.NaN, "published settings").Holds);

    [Fact]
    public void A_flat_optimum_costs_nothing_beside_it()
    {
        // Every setting is as good as any at its own speed.
        double[,] speedups = { { 1, 2 }, { 3, 4 } }, decibels = { { 50, 45 }, { 40, 30 } };

        Assert.Equal(new GridSharpness(1, 0, 0), GridSharpness.Of(speedups, decibels, 38));
    }

    [Fact]
    public void A_sharp_optimum_costs_what_its_neighbours_lose()
    {
        // The other three are no faster than the optimum and worse by 9, 6 and 3 dB.
        double[,] speedups = { { 1, 2 }, { 2, 3 } }, decibels = { { 31, 34 }, { 37, 40 } };

        Assert.Equal(new GridSharpness(1, 1, 6), GridSharpness.Of(speedups, decibels, 38));
        Assert.Null(GridSharpness.Of(speedups, decibels, 41));
    }

    [Fact]
    public void Deep_features_are_reused_only_where_fresh_skip_connections_follow()
    {
        using var model = SampleModel.Load(BenchOptions.Parse(["paper"]));

        Assert.Null(DeepReuse.PlacesIn(model.Denoiser.Layout));
    }

    private sealed class Says(string title) : IPaperSection
    {
        public string Title => title;

        public void Run(PaperRun run, SectionText text) => text.Paragraph($"{title} was measured");
    }

    private sealed class Fails : IPaperSection
    {
        public string Title => "fails";

        public void Run(PaperRun run, SectionText text) => throw new InvalidOperationException("out of luck");
    }
}
