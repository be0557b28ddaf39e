using CachePolicies.Reporting;

namespace CachePolicies.TextToImage;

/// <summary>A picture that is given to a generation.</summary>
/// <param name="Image">Its pixels; scaled to the size of the generation.</param>
public sealed record SourcePicture(RgbImage Image)
{
    /// <summary>The picture at a size.</summary>
    public RgbImage At(PictureSize size) => Image.Width == size.Width && Image.Height == size.Height ? Image : Image.Resize(size.Width, size.Height);

    /// <summary>Red, green and blue at a size, in [−1, 1]: 3 · height · width numbers.</summary>
    public float[] ToPlanes(PictureSize size)
    {
        var pixels = At(size).Pixels;
        var area = size.Width * size.Height;
        var planes = new float[3 * area];
        for (var i = 0; i < pixels.Length; i++)
        {
            planes[(i % 3 * area) + (i / 3)] = (pixels[i] / 127.5f) - 1;
        }

        return planes;
    }
}
