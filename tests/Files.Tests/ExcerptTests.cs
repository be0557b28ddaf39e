namespace CachePolicies.Files.Tests;

public class ExcerptTests
{
    [Theory]
    [InlineData("a red fox", "a red fox")]
    [InlineData("café 日本", "café 日本")]
    [InlineData("", "")]
    [InlineData("a\u001b[31mb", "a\\u001b[31mb")]
    [InlineData("a\nb\u202ec\u2028", "a\\u000ab\\u202ec\\u2028")]
    [InlineData("\ud83e\udd8a", "\ud83e\udd8a")]
    [InlineData(null, "null")]
    public void Nothing_in_it_obeys_a_terminal(string? text, string expected)
    {
        Assert.Equal(expected, Excerpt.Of(text));
        Assert.Equal(expected, Excerpt.OfPath(text));
    }

    [Fact]
    public void A_long_text_is_cut()
    {
        Assert.Equal(new string('x', 80) + "…", Excerpt.Of(new string('x', 1_000_000)));
        Assert.Equal("ab…", Excerpt.Of("abc", 2));
        Assert.Equal("a…", Excerpt.Of("a\ud83e\udd8a", 2));
        Assert.Equal("\\ud83e", Excerpt.Of("\ud83e"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Excerpt.Of("abc", 0));
    }

    [Fact]
    public void A_long_path_shows_its_beginning_and_its_end()
    {
        Assert.Equal("/models/em…model.onnx", Excerpt.OfPath($"/models/emoji/{new string('x', 1_000_000)}/model.onnx", 20));
        Assert.Equal("abc", Excerpt.OfPath("abc", 3));
        Assert.Equal("a…d", Excerpt.OfPath("abcd", 2));
        Assert.Equal("a…b", Excerpt.OfPath("a\ud83e\udd8a\ud83e\udd8ab", 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Excerpt.OfPath("abc", 1));
    }

    [Property]
    public void Whatever_is_shown_steers_no_terminal_and_is_short(string? text, ushort repeats)
    {
        var whole = string.Concat(Enumerable.Repeat(text ?? "", 1 + (repeats % 100)));
        foreach (var shown in new[] { Excerpt.Of(whole, 100), Excerpt.OfPath(whole, 100) })
        {
            Assert.DoesNotContain(shown, char.IsControl);
            Assert.True(shown.Length <= 601, shown);
        }
    }
}
