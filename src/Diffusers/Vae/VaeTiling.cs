using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>How a large latent is decoded in overlapping tiles, whose edges are blended linearly, so that memory does not grow with the picture.</summary>
/// <param name="Above">Pictures of more pixels than this are tiled.</param>
/// <param name="Side">Sides of a tile in latent pixels.</param>
/// <param name="Overlap">How far neighbouring tiles overlap, in latent pixels; less than the side.</param>
public sealed record VaeTiling(long Above = 1536 * 1536, int Side = 96, int Overlap = 24)
{
    /// <summary>Whether a picture is decoded in tiles.</summary>
    public bool Applies(PictureSize size) => size.Pixels > Above;

    /// <summary>Where tiles begin along an axis; the last one ends with it.</summary>
    internal IEnumerable<int> Starts(int length)
    {
        for (var start = 0; ; start += Side - Overlap)
        {
            if (start + Side >= length)
            {
                yield return Math.Max(0, length - Side);
                yield break;
            }

            yield return start;
        }
    }

    /// <summary>The weight of a pixel of a tile: rising from its edges over the overlap, where it is not the picture's edge.</summary>
    /// <param name="at">The pixel's place within the tile.</param>
    /// <param name="length">Pixels of the tile.</param>
    /// <param name="overlap">Pixels of the overlap.</param>
    /// <param name="isFirst">Whether the tile begins at the picture's edge.</param>
    /// <param name="isLast">Whether it ends there.</param>
    internal static float WeightOf(int at, int length, int overlap, bool isFirst, bool isLast)
    {
        var rising = isFirst ? 1f : (at + 1f) / (overlap + 1);
        var falling = isLast ? 1f : (length - at) / (overlap + 1f);
        return Math.Min(1, Math.Min(rising, falling));
    }
}
