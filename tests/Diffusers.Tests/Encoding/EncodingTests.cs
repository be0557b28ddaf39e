using CachePolicies.Engine;

namespace CachePolicies.Diffusers.Tests;

public sealed class EncodingTests
{
    private static EncodedState State(int rows, int width, float from = 0) => new([.. Enumerable.Range(0, rows * width).Select(i => from + i)], rows, width);

    [Fact]
    public void States_are_put_side_by_side_below_each_other_and_widened()
    {
        Assert.Equal([0f, 1, 10, 2, 3, 11], EncodedState.SideBySide(State(2, 2), State(2, 1, 10)).Numbers);
        Assert.Equal([0f, 1, 10, 11, 12, 13], EncodedState.OneBelowTheOther(State(1, 2), State(2, 2, 10)).Numbers);
        Assert.Equal([0f, 1, 0, 2, 3, 0], State(2, 2).Widen(3).Numbers);
        Assert.Throws<ArgumentException>(() => EncodedState.SideBySide(State(1, 2), State(2, 2)));
        Assert.Throws<ArgumentException>(() => EncodedState.OneBelowTheOther(State(1, 2), State(1, 3)));
        Assert.Throws<ArgumentException>(() => State(1, 2).Widen(1));
    }

    [Fact]
    public void Texts_are_kept_by_the_exact_text_and_within_the_bytes()
    {
        static EncodedTextKey Key(string text) => new("encoder", text, 77, "last_hidden_state");
        var cache = new EncodedTextCache(2 * ((4 * 10) + 2));
        foreach (var text in new[] { "a", "b" })
        {
            cache.Add(Key(text), [State(1, 10)]);
        }

        Assert.NotNull(cache.Find(Key("a")));
        Assert.Null(cache.Find(Key("A")));
        cache.Add(Key("c"), [State(1, 10)]);
        Assert.Null(cache.Find(Key("b")));
        Assert.NotNull(cache.Find(Key("a")));
        cache.Add(Key("d"), [State(10, 10)]);
        Assert.Null(cache.Find(Key("d")));
        Assert.Equal(84, cache.Bytes);
    }

    [Theory]
    [InlineData("height/2", 8)]
    [InlineData("height/2*width/4", 64)]
    [InlineData("text + height*width/2", 261)]
    [InlineData("3", 3)]
    [InlineData("unknown", null)]
    [InlineData("height/0", null)]
    public void Derived_axes_are_computed_from_those_that_are_known(string expression, int? expected) =>
        Assert.Equal(expected, AxisSizes.Derive(expression, new Dictionary<string, int> { ["height"] = 16, ["width"] = 32, ["text"] = 5 }));

    [Fact]
    public void The_embedding_of_a_guidance_scale_is_sines_and_then_cosines()
    {
        var embedding = UNetRules.EmbedGuidance(0.002f, 4);
        Assert.Equal([MathF.Sin(2), MathF.Sin(2 * MathF.Exp(-MathF.Log(10_000))), MathF.Cos(2), MathF.Cos(2 * MathF.Exp(-MathF.Log(10_000)))], embedding);
    }
}
