namespace CachePolicies.TextToImage;

/// <summary>
/// Puts the picture of a pixel-space transformer together: the latent is <c>[tokens, 3 · p · p]</c>, tokens row by row, within a token channel, row,
/// column.
/// </summary>
public sealed class PatchDecoder : ILatentDecoder
{
    private const int Channels = 3;

    private readonly int _patch;
    private readonly float _minimum;
    private readonly float _maximum;

    /// <summary>Creates a decoder.</summary>
    /// <param name="width">Pixels per row, a multiple of the patch.</param>
    /// <param name="height">Rows, a multiple of the patch.</param>
    /// <param name="patch">p: the side of a patch, at least 1.</param>
    /// <param name="minimum">The number of black.</param>
    /// <param name="maximum">The number of white, above the minimum.</param>
    /// <exception cref="ArgumentException">The parts contradict each other.</exception>
    public PatchDecoder(int width, int height, int patch, float minimum = -1, float maximum = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patch, 1);
        if (width < patch || height < patch || width % patch != 0 || height % patch != 0)
        {
            throw new ArgumentException($"A picture of {width} × {height} is not made of whole patches of {patch} × {patch}.");
        }

        if (!(minimum < maximum))
        {
            throw new ArgumentException($"The range from {minimum} to {maximum} is empty.");
        }

        (_patch, _minimum, _maximum) = (patch, minimum, maximum);
        Sizes = PictureSizes.Fixed(width, height);
    }

    /// <inheritdoc/>
    public PictureSizes Sizes { get; }

    /// <inheritdoc/>
    public DecodedPicture Decode(ReadOnlySpan<float> latent, PictureSize size)
    {
        if (size != Sizes.Usual || latent.Length != Channels * size.Pixels)
        {
            throw new ArgumentException($"A picture of {Sizes.Usual} has {Channels * Sizes.Usual.Pixels} numbers; the latent has {latent.Length} and is of {size}.");
        }

        var (width, height) = size;
        var planes = new float[latent.Length];
        var across = width / _patch;
        var tokenLength = Channels * _patch * _patch;
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var token = (y / _patch * across) + (x / _patch);
                    var within = (((channel * _patch) + (y % _patch)) * _patch) + (x % _patch);
                    var value = latent[(token * tokenLength) + within];
                    planes[(((channel * height) + y) * width) + x] = Math.Clamp(((value - _minimum) / (_maximum - _minimum) * 2) - 1, -1f, 1f);
                }
            }
        }

        return new DecodedPicture(size, planes);
    }
}
