namespace CachePolicies.TextToImage.Tests;

public class PatchDecoderTests
{
    [Fact]
    public void Patches_lie_row_by_row_and_within_one_by_channel_row_and_column()
    {
        // 4 × 2 pixels, patches of 2 × 2: two tokens of 12 numbers. A number tells token, channel, row and column.
        var latent = Enumerable.Range(0, 24).Select(i => (float)i).ToArray();
        var planes = new PatchDecoder(4, 2, 2, 0, 23).Decode(latent, new PictureSize(4, 2)).Planes;

        float At(int channel, int y, int x) => MathF.Round((planes[(((channel * 2) + y) * 4) + x] + 1) / 2 * 23);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < 2; y++)
            {
                for (var x = 0; x < 4; x++)
                {
                    Assert.Equal((x / 2 * 12) + (channel * 4) + (y * 2) + (x % 2), At(channel, y, x));
                }
            }
        }
    }

    [Fact]
    public void Numbers_outside_the_range_are_limited()
    {
        var planes = new PatchDecoder(2, 2, 2).Decode([9, -9, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0], new PictureSize(2, 2)).Planes;
        Assert.Equal([1f, -1f, 0f, 0.5f], planes[..4]);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Contains("whole patches", Assert.Throws<ArgumentException>(() => new PatchDecoder(5, 4, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("48 numbers; the latent has 3", Assert.Throws<ArgumentException>(() => new PatchDecoder(4, 4, 2).Decode(new float[3], new PictureSize(4, 4))).Message, StringComparison.Ordinal);
    }
}
