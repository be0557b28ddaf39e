namespace CachePolicies.TextToImage.Tests;

public class PictureSizesTests
{
    private static readonly PictureSizes Sizes = PictureSizes.MultiplesOf(16, new PictureSize(1024, 1000), 16, 2048, "its latent is packed two by two");

    [Fact]
    public void A_side_that_is_not_asked_for_is_the_usual_one()
    {
        Assert.Equal(new PictureSize(1024, 1008), Sizes.Require(null, null, "m"));
        Assert.Equal(new PictureSize(64, 1008), Sizes.Require(64, null, "m"));
    }

    [Theory]
    [InlineData(7, 64, "Nearest: 16 × 64.")]
    [InlineData(100, 64, "Nearest: 96 × 64 or 112 × 64.")]
    [InlineData(-5, 4096, "Nearest: 16 × 2048.")]
    [InlineData(int.MaxValue, int.MinValue, "Nearest: 2048 × 16.")]
    public void Others_are_refused_with_the_nearest(int width, int height, string expected)
    {
        var message = Assert.Throws<PictureSizeException>(() => Sizes.Require(width, height, "m")).Message;
        Assert.EndsWith(expected, message, StringComparison.Ordinal);
        Assert.Contains("multiples of 16 from 16 to 2048 (its latent is packed two by two)", message, StringComparison.Ordinal);
    }
}
