namespace CachePolicies.Abstractions.Tests.Text;

public class ExcerptTests
{
    [Theory]
    [InlineData("a red fox", "a red fox")]
    [InlineData("", "")]
    [InlineData("a\u001b[31mb", "a\\u001b[31mb")]
    [InlineData("a\nb\u202ec\u2028", "a\\u000ab\\u202ec\\u2028")]
    [InlineData("\ud83e\udd8a", "\ud83e\udd8a")]
    [InlineData(null, "null")]
    public void Nothing_in_it_obeys_a_terminal(string? text, string expected) => Assert.Equal(expected, Excerpt.Of(text));

    [Fact]
    public void A_long_text_is_cut()
    {
        Assert.Equal(new string('x', 80) + "…", Excerpt.Of(new string('x', 1_000_000)));
        Assert.Equal("ab…", Excerpt.Of("abc", 2));
        Assert.Equal("a…", Excerpt.Of("a\ud83e\udd8a", 2));
        Assert.Equal("\\ud83e", Excerpt.Of("\ud83e"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Excerpt.Of("abc", 0));
    }
}
