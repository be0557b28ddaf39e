using System.Text.Json;
using System.Text.Json.Serialization;

namespace CachePolicies.Files.Tests;

public sealed partial class JsonFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_a_value()
    {
        var read = JsonFile.Read(_folder.Write("a.json", """{"Name":"x","Items":["y"],"Other":null}"""), Known.Default.Sample);
        Assert.Equal("x", read.Name);
        Assert.Equal(["y"], read.Items!);
    }

    [Theory]
    [InlineData("{\"Items\":[\n\"a\",\nnull]}", "(line 3)", "holds null")]
    [InlineData("{\"Other\":{\"Deep\":[[null]]}}", "(line 1)", "holds null")]
    [InlineData("{\"Items\":", "(line 1)", "JSON")]
    [InlineData("null", "empty", "null")]
    [InlineData("{\"Count\":99999999999}", "(line 1)", "'$.Count' is of another kind than expected")]
    [InlineData("", "cannot be read", "JSON")]
    public void What_is_wrong_is_said_with_the_line(string text, params string[] reasons)
    {
        var path = _folder.Write("a.json", text);
        var refused = Assert.Throws<InvalidDataException>(() => JsonFile.Read(path, Known.Default.Sample));
        Assert.All(reasons, reason => Assert.Contains(reason, refused.Message, StringComparison.Ordinal));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Path: $", refused.Message, StringComparison.Ordinal);
    }

    [Property]
    public void Random_bytes_are_read_or_refused_and_never_anything_else(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("a.json"), bytes);
        try
        {
            JsonFile.Read(_folder.File("a.json"), Known.Default.Sample);
        }
        catch (InvalidDataException)
        {
            // Refused.
        }
    }

    [Fact]
    public void A_document_may_hold_nulls_in_lists()
    {
        using var document = JsonFile.ReadDocument(_folder.Write("a.json", "[null]"));
        Assert.Equal(JsonValueKind.Null, document.RootElement[0].ValueKind);
        Assert.Throws<InvalidDataException>(() => JsonFile.ReadDocument(_folder.Write("b.json", "[")));
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused() =>
        Assert.Throws<InvalidDataException>(() => JsonFile.Read(_folder.Write("a.json", """{"Name":"x"}"""), Known.Default.Sample, maximumBytes: 4));

    internal sealed record Sample
    {
        public string? Name { get; init; }

        public string[]? Items { get; init; }

        public int Count { get; init; }

        public JsonElement? Other { get; init; }
    }

    [JsonSerializable(typeof(Sample))]
    internal sealed partial class Known : JsonSerializerContext;
}
