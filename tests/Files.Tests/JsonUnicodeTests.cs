using System.Text;
using System.Text.Json;

namespace CachePolicies.Files.Tests;

/// <summary>Strings that a JSON parser lets pass and that fail when somebody looks at them.</summary>
public class JsonUnicodeTests
{
    [Theory]
    [InlineData("{ \"a\": \"\\ud800\" }")]
    [InlineData("[1,\n\"\\udc00x\"]")]
    [InlineData("{ \"\\ud83d\": 1 }")]
    public void Halves_of_surrogate_pairs_are_refused(string json)
    {
        var refusal = Assert.Throws<JsonException>(() => JsonFile.Parse(Encoding.UTF8.GetBytes(json)));

        var line = json.Contains('\n', StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal($"A text is not Unicode (line {line + 1}).", refusal.Message);
        Assert.Equal(line, refusal.LineNumber);
    }

    [Fact]
    public void A_message_is_bounded_however_much_the_reader_repeats()
    {
        var refusal = Assert.Throws<JsonException>(() => JsonFile.Parse(Encoding.UTF8.GetBytes("{\n\"a\": fal" + new string('x', 70_000) + "}")));

        Assert.InRange(refusal.Message.Length, 20, 600);
        Assert.EndsWith("(line 2).", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() =>
        Assert.Throws<JsonException>(() => JsonFile.Parse([.. "{ \"a\": \""u8, 0xE5, 0x41, .. "\" }"u8]));

    [Fact]
    public void Text_of_any_language_is_read_with_and_without_a_mark()
    {
        using var plain = JsonFile.Parse(Encoding.UTF8.GetBytes("{ \"名\": \"\\ud83d\\ude00 é\" }"));
        using var marked = JsonFile.Parse([0xEF, 0xBB, 0xBF, .. "[\"x\", // a comment\n]"u8], new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });

        Assert.Equal("😀 é", plain.RootElement.GetProperty("名").GetString());
        Assert.Equal("x", marked.RootElement[0].GetString());
    }
}
