using System.Collections.Immutable;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>What a generation starts from: noise, and where it is image to image the latent of the picture and the mask.</summary>
/// <param name="Samples">One for each picture, without inputs.</param>
/// <param name="Condition">What a model that was trained to fill in pictures reads beside the latent: the mask and the latent of the masked picture.</param>
internal sealed record PictureStart(ImmutableArray<GenerationSample> Samples, float[]? Condition)
{
    private static readonly ImmutableDictionary<string, InputValue> Nothing = ImmutableDictionary<string, InputValue>.Empty;

    /// <summary>Draws noise, in the order in which diffusers draws it: the picture's latent first.</summary>
    public static PictureStart Of(PictureRequest request, PictureSize size, DiffusersFolder folder, LatentForm latent, OnnxRuntimeBackend backend, CancellationToken cancellationToken)
    {
        var streams = new NoiseStream(request.Noise, request.Seed, request.ImageCount);
        var fillsIn = UNetRules.FillsIn(folder);
        if (fillsIn && request.Mask is null)
        {
            throw new ArgumentException($"'{folder.Name}' was trained to fill in pictures: it needs a picture and a mask that says which part is drawn again.");
        }

        // A model that fills in pictures is told what stays; the others are shown it at each step.
        var encodes = request.Image is not null && !(fillsIn && request.Strength == 1);
        var picture = encodes ? Encode(request.Image!.ToPlanes(size), size, folder, latent, backend, streams, cancellationToken) : null;
        var mask = request.Mask is null || fillsIn ? default : latent.Pack(MaskOf(request.Mask, size, latent), size);
        var noise = streams.Draw(latent.CountOf(size));
        var condition = fillsIn ? ConditionOf(request, size, folder, latent, backend, streams, cancellationToken) : null;
        return new(
        [
            .. noise.Select((n, i) => new GenerationSample(latent.Pack(n, size), Nothing)
            {
                Picture = picture is null ? default : latent.Pack(picture, size),
                StartsFromNoise = mask is not null && request.Strength == 1,
                Mask = mask,
                FreshNoise = () => Packed(streams.Continue(i), latent, size),
            }),
        ],
        condition);
    }

    private static NoiseDraw Packed(NoiseDraw draw, LatentForm latent, PictureSize size) => !latent.IsPacked ? draw : destination =>
    {
        var plain = new float[destination.Length];
        draw(plain);
        latent.Pack(plain, size).CopyTo(destination);
    };

    private static float[] Encode(
        float[] planes, PictureSize size, DiffusersFolder folder, LatentForm latent, OnnxRuntimeBackend backend, NoiseStream streams, CancellationToken cancellationToken)
    {
        var part = folder.Find("vae_encoder") ?? throw new ArgumentException($"'{folder.Path}' has no vae_encoder, which turns a picture to start from into a latent.");
        return new VaeEncoder(part, latent, backend).Encode(planes, size, n => streams.DrawOne(0, n.Length).CopyTo(n, 0), cancellationToken);
    }

    /// <summary>The mask at the latent's size, then the latent of the picture with grey in place of what is drawn again.</summary>
    private static float[] ConditionOf(
        PictureRequest request, PictureSize size, DiffusersFolder folder, LatentForm latent, OnnxRuntimeBackend backend, NoiseStream streams, CancellationToken cancellationToken)
    {
        var planes = request.Image!.ToPlanes(size);
        var mask = request.Mask!.At(size);
        var area = size.Width * size.Height;
        for (var i = 0; i < area; i++)
        {
            if (IsLight(mask[i % size.Width, i / size.Width]))
            {
                (planes[i], planes[area + i], planes[(2 * area) + i]) = (0, 0, 0);
            }
        }

        return [.. MaskOf(request.Mask, size, latent)[..(latent.HeightOf(size) * latent.WidthOf(size))], .. Encode(planes, size, folder, latent, backend, streams, cancellationToken)];
    }

    private static bool IsLight(Rgb pixel) => (0.299 * pixel.R) + (0.587 * pixel.G) + (0.114 * pixel.B) >= 127.5;

    /// <summary>The mask at the latent's size, one number for each element: 1 where at least half of the pixel is light.</summary>
    private static float[] MaskOf(SourcePicture mask, PictureSize size, LatentForm latent)
    {
        var (height, width) = (latent.HeightOf(size), latent.WidthOf(size));
        var image = mask.At(size);
        var result = new float[latent.CountOf(size)];
        for (var i = 0; i < height * width; i++)
        {
            var value = IsLight(image[i % width * latent.Factor, i / width * latent.Factor]) ? 1 : 0;
            for (var c = 0; c < latent.Channels; c++)
            {
                result[(c * height * width) + i] = value;
            }
        }

        return result;
    }
}
