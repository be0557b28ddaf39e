namespace CachePolicies.TextToImage.Tests;

public class WordTokenizerTests
{
    private static readonly WordTokenizer Tokenizer = new(TinyModel.Vocabulary, 3, "text_ids", ["flat", "glossy"]);

    [Theory]
    [InlineData("red apple", null, new long[] { 1, 3, 4 })]
    [InlineData("  Red,\tAPPLE! ", "glossy", new long[] { 2, 3, 4 })]
    [InlineData("glossy pear", null, new long[] { 2, 6, 0 })]
    [InlineData("glossy pear", "Glossy", new long[] { 2, 6, 0 })]
    public void Words_become_their_positions_behind_the_style(string prompt, string? style, long[] expected) =>
        Assert.Equal(expected, Tokenizer.Identify(prompt, style));

    [Fact]
    public void Unknown_words_are_told_with_the_nearest_known_ones()
    {
        var error = Assert.Throws<UnknownWordsException>(() => Tokenizer.Encode(new PictureRequest("erd appel"), guided: false));

        Assert.Equal("red", error.Words[0].Nearest[0]);
        Assert.Equal(["apple", "applet"], error.Words[1].Nearest);
        Assert.Contains("'appel' (nearest known: apple, applet)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_padding_is_no_word() => Assert.Throws<UnknownWordsException>(() => new WordTokenizer(["pad", "red"], 2, "ids", []).Encode(new PictureRequest("pad"), guided: false));

    [Theory]
    [InlineData("", null, "empty")]
    [InlineData(" ,. ", null, "empty")]
    [InlineData("red", "oil", "flat and glossy")]
    [InlineData("glossy red", "flat", "begins with the style 'glossy'")]
    [InlineData("red red apple", null, "4 words; the model reads at most 3")]
    public void Prompts_that_cannot_be_drawn_are_refused(string prompt, string? style, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<PromptException>(() => Tokenizer.Encode(new PictureRequest(prompt) { Style = style }, guided: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_negative_prompt_the_unconditional_inputs_are_all_padding() =>
        Assert.Equal(new long[3], Tokenizer.Encode(new PictureRequest("red"), guided: true).Unconditional!["text_ids"].Integers.ToArray());

    [Fact]
    public void A_negative_prompt_takes_the_place_of_the_padding() =>
        Assert.Equal([1L, 6, 0], Tokenizer.Encode(new PictureRequest("red") { NegativePrompt = "pear" }, guided: true).Unconditional!["text_ids"].Integers.ToArray());

    [Fact]
    public void A_word_that_is_longer_than_words_are_is_refused_at_once_and_shortened_in_the_message()
    {
        var error = Assert.Throws<UnknownWordsException>(() => Tokenizer.Encode(new PictureRequest(new string('a', 16_000)), guided: false));
        Assert.Empty(error.Words[0].Nearest);
        Assert.True(error.Message.Length < 200, error.Message);
    }
}
