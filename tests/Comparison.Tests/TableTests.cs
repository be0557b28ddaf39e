namespace CachePolicies.Comparison.Tests;

public class TableTests
{
    [Theory]
    [InlineData("h2cache", "StructureThreshold=0.22", "τ1 0.22")]
    [InlineData("H2Cache", "Variant=FirstBlockResidual", "FirstBlockResidual")]
    [InlineData("teacache", "Approximation.Method=Taylor Approximation.Damping=0.5", "Taylor, Damping 0.5")]
    [InlineData("h2cache", "Adaptive.Enabled=true Adaptive.Reaction=0.5", "Adaptive.Enabled, Reaction 0.5")]
    [InlineData("dicache", "TrajectoryAlignment=false", "TrajectoryAlignment false")]
    [InlineData("mine", "Every=3", "Every=3")]
    [InlineData("dicache", "Unknown=3", "Unknown=3")]
    public void Settings_are_written_by_their_symbols(string policy, string settings, string expected) =>
        Assert.Equal(expected, ShortSettings.Of(policy, settings.Split(' ')));

    [Fact]
    public void Groups_of_pictures_have_figures_of_their_own()
    {
        string[] prompts = ["old", "new"];
        var results = ComparedResults.Create(20, prompts, ("teacache", 2, 30));
        var row = results.Policies.Single();
        results = results with
        {
            Rows =
            [
                results.Uncached,
                row with { Runs = [.. row.Runs.Select(r => r with { Psnr = r.Prompt == "old" ? 40 : 30 })] },
                ComparedResults.Row(ComparedKind.Control, "control, 10 steps", "none", 10, prompts, 2, 33.5),
            ],
        };

        var table = ComparisonTable.Of(results, new PictureGroup("known", r => r.Prompt == "old"), new PictureGroup("new", r => r.Prompt == "new")).ToMarkdown();

        Assert.Contains("PSNR known / new", table, StringComparison.Ordinal);
        Assert.Contains("40.0 / 30.0 dB", table, StringComparison.Ordinal);
        Assert.Contains("10 steps, 35.0 / 35.0 dB", table, StringComparison.Ordinal);
        Assert.Contains("+5.0 / −5.0 dB", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_without_pictures_has_no_figure()
    {
        var table = ComparisonTable.Of(ComparedResults.Create(20, ["old"], ("teacache", 2, 30)), new PictureGroup("known", _ => true), new PictureGroup("new", _ => false)).ToMarkdown();

        Assert.Contains("31.5 / – dB", table, StringComparison.Ordinal);
    }
}
