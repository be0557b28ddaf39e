using System.Collections.Immutable;
using CachePolicies.Reporting;

namespace CachePolicies.TextToImage;

/// <summary>Turns a final latent into a picture, and knows which sizes there are. Thread-safe.</summary>
public interface ILatentDecoder
{
    /// <summary>The sizes that it decodes.</summary>
    PictureSizes Sizes { get; }

    /// <summary>The sizes that the layout's free axes get for a picture of a size, by name; none where the latent has one size.</summary>
    IReadOnlyDictionary<string, int> AxesOf(PictureSize size) => ImmutableDictionary<string, int>.Empty;

    /// <summary>Decodes a latent.</summary>
    /// <param name="latent">As many numbers as the model's latent has elements, row-major.</param>
    /// <param name="size">The size of the picture.</param>
    DecodedPicture Decode(ReadOnlySpan<float> latent, PictureSize size);

    /// <summary>Decodes a latent that is not final, quickly; the picture may be smaller.</summary>
    /// <param name="latent">As many numbers as the model's latent has elements, row-major.</param>
    /// <param name="size">The size of the final picture.</param>
    DecodedPicture Preview(ReadOnlySpan<float> latent, PictureSize size) => Decode(latent, size);
}

/// <summary>What a decoder made.</summary>
/// <param name="Size">The sides.</param>
/// <param name="Planes">Red, green and blue in [−1, 1], row by row: 3 · height · width numbers.</param>
public sealed record DecodedPicture(PictureSize Size, float[] Planes)
{
    /// <summary>The picture in 8 bits per channel.</summary>
    public RgbImage ToImage() => RgbImage.FromPlanes(Planes, Size.Width, Size.Height);
}
