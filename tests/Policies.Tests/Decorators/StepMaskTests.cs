namespace CachePolicies.Policies.Tests.Decorators;

public class StepMaskTests
{
    private static string Letters(StepMask mask, int count) => string.Concat(mask.For(count).Select(c => c ? 'C' : 'r'));

    [Theory]
    [InlineData("slow", "CCCCCCCCrCCCrrCCCrrCCrrCrrrC")]
    [InlineData("medium", "CCCCCCrCCrrrCCrrrCCrrrCCrrrC")]
    [InlineData("fast", "CCCCCCrCrrrCrrrrCrrrrrCrrrrC")]
    [InlineData("ultra", "CCCCrrCrrrrrCrrrrrrCrrrrrrrC")]
    public void Presets_are_as_published(string name, string letters) => Assert.Equal(letters, Letters(StepMask.Parse(name), 28));

    [Fact]
    public void Presets_stretch_and_shrink()
    {
        Assert.Equal("CCCCCCCCCCCCrrCCCCrrrrrrCCCCrrrrrrCCCCrrrrrrCCCCrrrrrrCC", Letters(StepMask.Medium, 56));
        Assert.Equal("CCCrCrCrCrrCrC", Letters(StepMask.Medium, 14));
        Assert.Equal("C", Letters(StepMask.Ultra, 1));
    }

    [Property]
    public void A_scaled_preset_computes_the_first_and_the_last_evaluation(byte count) => Assert.All(
        [StepMask.Slow, StepMask.Medium, StepMask.Fast, StepMask.Ultra],
        mask => Assert.True(mask.For(count + 1) is [true] or [true, .., true]));

    [Theory]
    [InlineData("")]
    [InlineData("rCC")]
    [InlineData("CCx")]
    [InlineData("faster")]
    public void What_cannot_be_read_is_refused_with_what_would_be_right(string text)
    {
        var refused = Assert.Throws<FormatException>(() => StepMask.Parse(text));
        Assert.Contains("slow, medium, fast, ultra", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_read_in_any_case() => Assert.Same(StepMask.Fast, StepMask.Parse("Fast"));
}
