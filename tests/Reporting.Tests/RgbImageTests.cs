namespace CachePolicies.Reporting.Tests;

public class RgbImageTests
{
    [Fact]
    public void Planes_become_pixels()
    {
        float[] planes = [-1, 1, 0, float.NaN, 2, -2, 0.5f, 0, 1, 1, -1, -1];

        var image = RgbImage.FromPlanes(planes, 2, 2);

        Assert.Equal(new Rgb(0, 255, 255), image[0, 0]);
        Assert.Equal(new Rgb(255, 0, 255), image[1, 0]);
        Assert.Equal(new Rgb(128, 191, 0), image[0, 1]);
        Assert.Equal(new Rgb(0, 128, 0), image[1, 1]);
    }

    [Fact]
    public void Nearest_enlargement_repeats_pixels()
    {
        var image = TestPictures.Gradient(3, 2);

        var large = image.Resize(12, 8, Resampling.Nearest);

        for (var y = 0; y < 8; y++)
        {
            for (var x = 0; x < 12; x++)
            {
                Assert.Equal(image[x / 4, y / 4], large[x, y]);
            }
        }
    }

    [Fact]
    public void Smooth_enlargement_keeps_a_plain_colour_and_its_own_pixels()
    {
        var plain = new RgbImage(5, 5, [.. Enumerable.Repeat((byte)77, 75)]);
        Assert.All(plain.Resize(17, 9).Pixels.ToArray(), p => Assert.Equal(77, p));

        var image = TestPictures.Gradient(8, 8);
        var large = image.Resize(24, 24);
        Assert.Equal(image[3, 4], large[10, 13]);
    }

    [Fact]
    public void A_smaller_picture_averages()
    {
        var image = new RgbImage(2, 1, [0, 0, 0, 200, 200, 200]);
        Assert.Equal(new Rgb(100, 100, 100), image.Resize(1, 1)[0, 0]);
    }

    [Fact]
    public void A_pixel_outside_is_refused()
    {
        var image = new RgbImage(2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => image[2, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => image[0, -1]);
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 3, new byte[17]));
    }
}
