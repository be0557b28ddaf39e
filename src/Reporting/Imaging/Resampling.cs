using SixLabors.ImageSharp.Processing;
using SixLabors.ImageSharp.Processing.Processors.Transforms;

namespace CachePolicies.Reporting;

/// <summary>How a picture is made larger or smaller.</summary>
public enum Resampling
{
    /// <summary>The nearest pixel: shows the pixels as they are.</summary>
    Nearest,

    /// <summary>Catmull–Rom bicubic: smooth, and exact at the picture's own pixels.</summary>
    Smooth,
}

/// <summary>Changes the size of pictures.</summary>
public static class RgbImageResampling
{
    /// <summary>The picture in another size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Resize(this RgbImage image, int width, int height, Resampling resampling = Resampling.Smooth)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if ((width, height) == (image.Width, image.Height))
        {
            return image;
        }

        IResampler resampler = resampling == Resampling.Nearest ? KnownResamplers.NearestNeighbor : KnownResamplers.CatmullRom;
        using var pixels = PictureCodecs.Wrap(image);
        pixels.Mutate(p => p.Resize(width, height, resampler));
        return PictureCodecs.Unwrap(pixels);
    }
}
