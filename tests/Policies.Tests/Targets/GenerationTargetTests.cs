namespace CachePolicies.Policies.Tests.Targets;

public class GenerationTargetTests
{
    [Theory]
    [InlineData("40 dB", TargetMeasure.Psnr, 40, "40 dB")]
    [InlineData("37.5db", TargetMeasure.Psnr, 37.5, "37.5 dB")]
    [InlineData("0.99 SSIM", TargetMeasure.Ssim, 0.99, "0.99 SSIM")]
    [InlineData(" 3x ", TargetMeasure.Speedup, 3, "3×")]
    [InlineData("2.5 ×", TargetMeasure.Speedup, 2.5, "2.5×")]
    public void A_number_and_its_unit_are_read(string text, TargetMeasure measure, double value, string shown)
    {
        var target = GenerationTarget.Parse(text);
        Assert.Equal(new GenerationTarget(measure, value), target);
        Assert.Equal(shown, target.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("40")]
    [InlineData("dB")]
    [InlineData("0 dB")]
    [InlineData("NaN dB")]
    [InlineData("1e999 dB")]
    [InlineData("1 SSIM")]
    [InlineData("1x")]
    [InlineData("40 MB")]
    [InlineData("4,0 dB")]
    public void Anything_else_is_refused_with_what_was_expected(string text)
    {
        var refused = Assert.Throws<FormatException>(() => GenerationTarget.Parse(text));
        Assert.EndsWith("expected decibels above 0 (40 dB), a similarity between 0 and 1 (0.99 SSIM) or a speed-up above 1 (3x).", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_no_run_has_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new GenerationTarget(TargetMeasure.Ssim, 1));
}
