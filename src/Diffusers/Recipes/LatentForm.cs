using System.Collections.Immutable;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>How a picture lies in the latent, and how the VAE reads it.</summary>
/// <param name="Channels">Channels of the VAE's latent.</param>
/// <param name="Factor">Pixels per latent pixel, on each side.</param>
/// <param name="Multiple">What both sides of a picture are multiples of.</param>
/// <param name="Reason">Why, for messages.</param>
public sealed record LatentForm(int Channels, int Factor, int Multiple, string Reason)
{
    /// <summary>Whether the denoiser reads tokens of 2 × 2 latent pixels, <c>[tokens, 4 · channels]</c>, rather than <c>[channels, height, width]</c>.</summary>
    public bool IsPacked { get; init; }

    /// <summary>The side of a token in latent pixels; 1 where the denoiser has no tokens. The number of image tokens follows from it.</summary>
    public int Patch { get; init; } = 1;

    /// <summary>The VAE decodes <c>latent / Scale + Shift</c>, per channel.</summary>
    public required ImmutableArray<float> Scale { get; init; }

    /// <summary>The shift of <see cref="Scale"/>, per channel.</summary>
    public required ImmutableArray<float> Shift { get; init; }

    /// <summary>Rows of the latent.</summary>
    public int HeightOf(PictureSize size) => size.Height / Factor;

    /// <summary>Columns of the latent.</summary>
    public int WidthOf(PictureSize size) => size.Width / Factor;

    /// <summary>Elements of the latent.</summary>
    public int CountOf(PictureSize size) => checked(Channels * HeightOf(size) * WidthOf(size));

    /// <summary>Image tokens of the denoiser.</summary>
    public int TokensOf(PictureSize size) => HeightOf(size) / Patch * (WidthOf(size) / Patch);

    /// <summary>Brings <c>[channels, height, width]</c> into the order that the denoiser reads: token (y, x) holds channel 4c + 2 dy + dx.</summary>
    public float[] Pack(ReadOnlySpan<float> latent, PictureSize size) => Reorder(latent, size, pack: true);

    /// <summary>Brings what the denoiser made into <c>[channels, height, width]</c>.</summary>
    public float[] Unpack(ReadOnlySpan<float> latent, PictureSize size) => Reorder(latent, size, pack: false);

    /// <summary>A form whose scale and shift are those of a VAE's settings.</summary>
    /// <param name="settings">The settings of <c>vae_decoder</c>.</param>
    /// <param name="channels">Channels where the settings do not say.</param>
    /// <param name="scale">The scale where the settings do not say.</param>
    /// <param name="shift">The shift where the settings do not say.</param>
    /// <param name="multiple">What both sides of the latent are multiples of.</param>
    /// <param name="reason">Why, for messages.</param>
    public static LatentForm Of(PartSettings settings, int channels, float scale, float shift, int multiple, string reason)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var found = settings.Integer("latent_channels") ?? channels;
        var factor = settings.Count("block_out_channels") is { } levels ? 1 << (levels - 1) : 8;
        var (mean, deviation) = (settings.Numbers("latents_mean"), settings.Numbers("latents_std"));
        if (mean is not null || deviation is not null)
        {
            if (mean?.Length != found || deviation?.Length != found || deviation.Any(d => d == 0))
            {
                throw new InvalidDataException($"'{settings.Path}' has {mean?.Length ?? 0} latents_mean and {deviation?.Length ?? 0} latents_std; expected {found} of each, none of the latter 0.");
            }
        }

        var factorOfScale = settings.Number("scaling_factor") ?? scale;
        if (factorOfScale == 0)
        {
            throw new InvalidDataException($"'{settings.Path}' has a scaling_factor of 0; expected another number.");
        }

        var shiftOfAll = settings.Exists ? settings.Number("shift_factor") ?? 0 : shift;
        return new LatentForm(found, factor, factor * multiple, reason)
        {
            Scale = [.. Enumerable.Range(0, found).Select(c => factorOfScale / (deviation?[c] ?? 1))],
            Shift = [.. Enumerable.Range(0, found).Select(c => mean?[c] ?? shiftOfAll)],
        };
    }

    private float[] Reorder(ReadOnlySpan<float> source, PictureSize size, bool pack)
    {
        if (source.Length != CountOf(size))
        {
            throw new ArgumentException($"A latent of {size} has {CountOf(size):N0} numbers; given were {source.Length:N0}.");
        }

        if (!IsPacked)
        {
            return source.ToArray();
        }

        var (height, width) = (HeightOf(size), WidthOf(size));
        var result = new float[source.Length];
        for (var c = 0; c < Channels; c++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var plain = (((c * height) + y) * width) + x;
                    var token = ((y / 2) * (width / 2)) + (x / 2);
                    var packed = (token * 4 * Channels) + (4 * c) + (2 * (y % 2)) + (x % 2);
                    result[pack ? packed : plain] = source[pack ? plain : packed];
                }
            }
        }

        return result;
    }
}
