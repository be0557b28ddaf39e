namespace CachePolicies.Reporting.Tests;

public class ImageQualityTests
{
    /// <summary>Expected values come from a direct evaluation of the definitions (an 11 × 11 double sum at each place) in another language.</summary>
    [Theory]
    [InlineData(32, 32, 4, 39.877531512978244, 0.9802142975038824)]
    [InlineData(32, 32, 20, 26.82891129921483, 0.7170524938082572)]
    [InlineData(40, 24, 60, 17.86329254728959, 0.2536487034384913)]
    [InlineData(11, 11, 10, 32.79915679527959, 0.9146062960163124)]
    public void Psnr_and_ssim_equal_a_direct_evaluation(int width, int height, int amplitude, double psnr, double ssim)
    {
        var reference = TestPictures.Gradient(width, height);
        var picture = TestPictures.WithNoise(reference, amplitude);

        Assert.Equal(psnr, ImageQuality.Psnr(picture, reference), 9);
        Assert.Equal(ssim, ImageQuality.Ssim(picture, reference), 9);
    }

    [Fact]
    public void An_inverted_picture_has_a_negative_similarity()
    {
        var reference = TestPictures.Gradient(32, 32);
        var inverted = new RgbImage(32, 32, [.. reference.Pixels.ToArray().Select(p => (byte)(255 - p))]);

        Assert.Equal(-0.1512746118863399, ImageQuality.Ssim(inverted, reference), 9);
        Assert.Equal(5.725394324826643, ImageQuality.Psnr(inverted, reference), 9);
    }

    [Fact]
    public void Equal_pictures_have_no_noise_and_similarity_one()
    {
        var picture = TestPictures.Gradient(20, 30);

        Assert.Equal(double.PositiveInfinity, ImageQuality.Psnr(picture, picture));
        Assert.Equal(1, ImageQuality.Ssim(picture, picture), 12);
    }

    [Property]
    public void Both_figures_are_symmetric(byte amplitude)
    {
        var a = TestPictures.Gradient(16, 16);
        var b = TestPictures.WithNoise(a, amplitude);

        Assert.Equal(ImageQuality.Psnr(a, b), ImageQuality.Psnr(b, a));
        Assert.Equal(ImageQuality.Ssim(a, b), ImageQuality.Ssim(b, a), 12);
    }

    [Fact]
    public void Psnr_of_numbers_sees_errors_that_bytes_hide()
    {
        float[] reference = [0f, 0.5f, -0.5f, 1f];
        float[] values = [0.001f, 0.501f, -0.499f, 0.999f];

        Assert.Equal(20 * Math.Log10(2 / 0.001), ImageQuality.Psnr(values, reference), 2);
        Assert.Equal(double.PositiveInfinity, ImageQuality.Psnr(reference, reference));
    }

    [Fact]
    public void Pictures_of_different_size_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => ImageQuality.Psnr(new RgbImage(4, 4), new RgbImage(4, 5)));
        Assert.Contains("4 × 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("4 × 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_smaller_than_the_window_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => ImageQuality.Ssim(new RgbImage(10, 40), new RgbImage(10, 40)));
        Assert.Contains("at least 11", error.Message, StringComparison.Ordinal);
    }
}
