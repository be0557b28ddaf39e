namespace CachePolicies.Diffusers.Tests;

public class TokenizerErrorTests
{
    [Fact]
    public void An_empty_folder_names_what_was_expected()
    {
        using var folder = new TokenizerFolder();

        var message = Message(folder);

        Assert.Contains("vocab.json", message, StringComparison.Ordinal);
        Assert.Contains("spiece.model", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.json", "merges.txt")]
    [InlineData("merges.txt", "vocab.json")]
    public void Half_a_vocabulary_names_the_other_half(string removed, string kept)
    {
        using var folder = new TokenizerFolder().WithClip().With("tokenizer_config.json", """{ "tokenizer_class": "CLIPTokenizer" }""");
        File.Delete(Path.Combine(folder.Path, removed));

        var message = Message(folder);

        Assert.Contains(removed, message, StringComparison.Ordinal);
        Assert.DoesNotContain(kept, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_is_not_supported_is_named()
    {
        using var folder = new TokenizerFolder().With("tokenizer_config.json", """{ "tokenizer_class": "GemmaTokenizerFast" }""");

        Assert.Contains("GemmaTokenizerFast", Message(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.json", "{ \"a\": ")]
    [InlineData("vocab.json", "[]")]
    [InlineData("vocab.json", "{}")]
    [InlineData("vocab.json", "{ \"a\": null }")]
    [InlineData("vocab.json", "{ \"a\": -1 }")]
    [InlineData("vocab.json", "{ \"a\": 99999999999 }")]
    [InlineData("vocab.json", "{ \"a\": 1.5 }")]
    [InlineData("merges.txt", "#version: 0.2\na\n")]
    [InlineData("merges.txt", "a b c\n")]
    [InlineData("merges.txt", "zz zzzz\n")]
    [InlineData("tokenizer_config.json", "{ \"model_max_length\": 1 }")]
    [InlineData("tokenizer_config.json", "{ \"added_tokens_decoder\": { \"x\": { \"content\": \"a\" } } }")]
    [InlineData("tokenizer_config.json", "{ \"added_tokens_decoder\": { \"1\": null } }")]
    [InlineData("tokenizer_config.json", "null")]
    [InlineData("tokenizer_config.json", "{ \"pad_token\": \"no such token\" }")]
    [InlineData("special_tokens_map.json", "[ 1 ]")]
    [InlineData("added_tokens.json", "{ \"a\": \"b\" }")]
    public void A_damaged_file_is_named(string name, string content)
    {
        using var folder = new TokenizerFolder().WithClip();
        folder.With(name, content);

        Assert.NotEmpty(Message(folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a model")]
    [InlineData("\u0001\u0002\u0003")]
    public void A_damaged_piece_model_is_named(string content)
    {
        using var folder = new TokenizerFolder().With("spiece.model", content);

        Assert.Contains("spiece.model", Message(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "model": { "type": "WordPiece" } }""")]
    [InlineData("""{ "model": { "type": "Unigram" } }""")]
    [InlineData("""{ "model": { "type": "Unigram", "unk_id": 0, "vocab": [ ["a"] ] } }""")]
    [InlineData("""{ "model": { "type": "Unigram", "unk_id": 9, "vocab": [ ["a", 1] ] } }""")]
    [InlineData("""{ "model": { "type": "BPE", "vocab": { "a": 0 }, "merges": [ [ "a" ] ] } }""")]
    [InlineData("""{ "model": { "type": "BPE", "vocab": { "a": 0 }, "merges": [ null ] } }""")]
    [InlineData("null")]
    public void A_damaged_tokenizer_json_is_named(string content)
    {
        using var folder = new TokenizerFolder().With("tokenizer.json", content);

        Assert.Contains("tokenizer.json", Message(folder), StringComparison.Ordinal);
    }

    private static string Message(TokenizerFolder folder) => Assert.Throws<TokenizerException>(() => PromptTokenizer.Open(folder.Path)).Message;
}
