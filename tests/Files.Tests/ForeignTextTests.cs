namespace CachePolicies.Files.Tests;

public class ForeignTextTests
{
    [Theory]
    [InlineData("denoiser", "denoiser")]
    [InlineData("café 日本", "café 日本")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("a\nb\tc", "a\\u000ab\\u0009c")]
    [InlineData("a\u202eb", "a\\u202eb")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Characters_that_steer_a_terminal_are_shown_by_number(string? text, string shown) => Assert.Equal(shown, ForeignText.Show(text));

    [Property]
    public void Nothing_that_is_shown_steers_a_terminal_or_is_long(string? text, ushort repeats)
    {
        var shown = ForeignText.Show(string.Concat(Enumerable.Repeat(text ?? "", 1 + (repeats % 100))), 100);
        Assert.DoesNotContain(shown, char.IsControl);
        Assert.True(shown.Length <= 600, shown);
    }

    [Fact]
    public void A_long_text_shows_its_beginning_and_end()
    {
        var shown = ForeignText.Show("begin" + new string('x', 1_000_000) + "end", 40);
        Assert.StartsWith("begin", shown, StringComparison.Ordinal);
        Assert.EndsWith("end", shown, StringComparison.Ordinal);
        Assert.True(shown.Length <= 40);
    }
}
