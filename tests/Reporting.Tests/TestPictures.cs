namespace CachePolicies.Reporting.Tests;

/// <summary>Pictures that any program can make again: a gradient and the noise of a small congruential generator.</summary>
internal static class TestPictures
{
    public static RgbImage Gradient(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                image[x, y] = new Rgb((byte)(x * 7 % 256), (byte)(y * 5 % 256), (byte)((x + (2 * y)) * 3 % 256));
            }
        }

        return image;
    }

    public static RgbImage WithNoise(RgbImage image, int amplitude)
    {
        var result = new RgbImage(image.Width, image.Height, image.Pixels.ToArray());
        var pixels = result.WritablePixels;
        uint state = 1;
        for (var i = 0; i < pixels.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            var noise = (int)(state >> 16) % ((2 * amplitude) + 1) - amplitude;
            pixels[i] = (byte)Math.Clamp(pixels[i] + noise, 0, 255);
        }

        return result;
    }
}
