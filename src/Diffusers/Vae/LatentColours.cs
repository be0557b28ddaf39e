namespace CachePolicies.Diffusers;

/// <summary>
/// A linear map from a latent pixel to a colour, for previews. It is measured on the VAE itself: even latents are decoded, one channel raised and lowered
/// at a time, and the mean colour's change is the channel's weight.
/// </summary>
internal sealed class LatentColours
{
    private const int Side = 8;
    private const float Step = 1;

    private readonly float[] _weights;
    private readonly float[] _base;

    private LatentColours(float[] weights, float[] middle) => (_weights, _base) = (weights, middle);

    /// <summary>Measures the map.</summary>
    /// <param name="channels">Channels of the latent.</param>
    /// <param name="decode">Decodes a latent of the given rows and columns.</param>
    public static LatentColours Of(int channels, Func<float[], int, float[]> decode)
    {
        var weights = new float[3 * channels];
        var middle = Colour(decode(new float[channels * Side * Side], Side));
        for (var c = 0; c < channels; c++)
        {
            var above = Colour(decode(Even(channels, c, Step), Side));
            var below = Colour(decode(Even(channels, c, -Step), Side));
            for (var p = 0; p < 3; p++)
            {
                weights[(p * channels) + c] = (above[p] - below[p]) / (2 * Step);
            }
        }

        return new LatentColours(weights, middle);
    }

    /// <summary>The colours of a latent of <c>[channels, area]</c>: three planes in [−1, 1].</summary>
    public float[] Paint(ReadOnlySpan<float> latent, int area)
    {
        var channels = latent.Length / area;
        var planes = new float[3 * area];
        for (var p = 0; p < 3; p++)
        {
            for (var i = 0; i < area; i++)
            {
                var colour = _base[p];
                for (var c = 0; c < channels; c++)
                {
                    colour += _weights[(p * channels) + c] * latent[(c * area) + i];
                }

                planes[(p * area) + i] = float.IsNaN(colour) ? 0 : Math.Clamp(colour, -1, 1);
            }
        }

        return planes;
    }

    private static float[] Even(int channels, int channel, float value)
    {
        var latent = new float[channels * Side * Side];
        latent.AsSpan(channel * Side * Side, Side * Side).Fill(value);
        return latent;
    }

    private static float[] Colour(float[] planes)
    {
        var area = planes.Length / 3;
        return [.. Enumerable.Range(0, 3).Select(p => planes.AsSpan(p * area, area).ToArray().Average())];
    }
}
