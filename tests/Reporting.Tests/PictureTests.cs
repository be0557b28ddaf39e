namespace CachePolicies.Reporting.Tests;

public class PictureTests
{
    private static readonly Rgb Full = Rgb.FromHex(0x17456B);
    private static readonly Rgb Partial = Rgb.FromHex(0xF0A030);
    private static readonly Rgb Skipped = Rgb.FromHex(0xE6ECF1);

    [Fact]
    public void A_contact_sheet_shows_each_picture_at_its_place()
    {
        RgbImage Plain(byte r, byte g, byte b) => new(4, 4, [.. Enumerable.Repeat(new[] { r, g, b }, 16).SelectMany(p => p)]);
        var sheet = new ContactSheet(
            "Four pictures",
            ["left", "right"],
            [new("top", ["one", "two"], [Plain(200, 0, 0), Plain(0, 200, 0)]), new("bottom", [], [Plain(0, 0, 200), null])])
        {
            PictureSize = 40,
        };

        var picture = sheet.Draw();

        int Count(Rgb colour) => Enumerable.Range(0, picture.Width * picture.Height).Count(i => picture[i % picture.Width, i / picture.Width] == colour);
        Assert.Equal(1600, Count(new Rgb(200, 0, 0)));
        Assert.Equal(1600, Count(new Rgb(0, 200, 0)));
        Assert.Equal(1600, Count(new Rgb(0, 0, 200)));
    }

    [Fact]
    public void A_contact_sheet_with_a_missing_picture_is_refused()
    {
        var sheet = new ContactSheet("t", ["a", "b"], [new("H2-Cache", [], [new RgbImage(2, 2)])]);
        Assert.Contains("H2-Cache", Assert.Throws<InvalidOperationException>(sheet.Draw).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => (sheet with { Columns = [] }).Draw());
    }

    [Fact]
    public void A_timeline_fills_its_cells_by_share()
    {
        var row = new TimelineRow("p", "", [new(1, 0, 0), new(0, 1, 0), new(0, 0, 1), new(0.5, 0.5, 0)]);

        var picture = new Timeline("t", [row]) { PlotWidth = 400 }.Draw();

        int Count(Rgb colour) => Enumerable.Range(0, picture.Width * picture.Height).Count(i => picture[i % picture.Width, i / picture.Width] == colour);
        // 99 pixels wide and 30 high each, and the legend's samples of 14 × 14 with round corners.
        Assert.InRange(Count(Full), 99 * 45, (99 * 45) + 196);
        Assert.InRange(Count(Partial), 99 * 45, (99 * 45) + 196);
        Assert.InRange(Count(Skipped), 99 * 30, (99 * 30) + 196);
    }

    [Fact]
    public void Steps_are_averaged_over_generations()
    {
        var full = new TimelineStep(1, 0, 0);
        var steps = TimelineStep.Average([[full, new(0, 0, 1)], [full, new(0, 1, 0)]]);
        Assert.Equal([full, new TimelineStep(0, 0.5, 0.5)], steps);
        Assert.Throws<ArgumentException>(() => TimelineStep.Average([[full], []]));
        Assert.Throws<ArgumentException>(() => TimelineStep.Average([]));
    }

    [Fact]
    public void Every_printable_character_has_a_glyph_of_its_own()
    {
        var missing = StrokeFont.Of('\u4e00');
        for (var c = '!'; c <= '~'; c++)
        {
            Assert.NotSame(missing, StrokeFont.Of(c));
        }
    }

    [Fact]
    public void Long_text_is_wrapped_and_shortened_to_its_width()
    {
        var lines = TextWrapping.Wrap("a rather long prompt about an extraordinarilylongword and more", 90, 9, 3);

        Assert.InRange(lines.Count, 2, 3);
        Assert.All(lines, l => Assert.True(StrokeFont.Measure(l, 9) <= 90, l));
        Assert.EndsWith("…", lines[^1], StringComparison.Ordinal);
    }
}
