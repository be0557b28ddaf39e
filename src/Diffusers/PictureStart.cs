using System.Collections.Immutable;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Engine;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>What a generation starts from: noise, and where it is image to image the latent of the picture and the mask.</summary>
/// <param name="Samples">One for each picture, without inputs.</param>
internal sealed record PictureStart(ImmutableArray<GenerationSample> Samples)
{
    private static readonly ImmutableDictionary<string, InputValue> Nothing = ImmutableDictionary<string, InputValue>.Empty;

    /// <summary>Draws noise, in the order in which diffusers draws it: the picture's latent first.</summary>
    public static PictureStart Of(PictureRequest request, PictureSize size, DiffusersFolder folder, LatentForm latent, OnnxRuntimeBackend backend, CancellationToken cancellationToken)
    {
        var streams = new NoiseStream(request.Noise, request.Seed, request.ImageCount);
        var picture = request.Image is null ? null : Encode(request.Image, size, folder, latent, backend, streams, cancellationToken);
        var mask = request.Mask is null ? default : latent.Pack(MaskOf(request.Mask, size, latent), size);
        var noise = streams.Draw(latent.CountOf(size));
        return new(
        [
            .. noise.Select((n, i) => new GenerationSample(latent.Pack(n, size), Nothing)
            {
                Picture = picture is null ? default : latent.Pack(picture, size),
                StartsFromNoise = mask is not null && request.Strength == 1,
                Mask = mask,
                FreshNoise = () => Packed(streams.Continue(i), latent, size),
            }),
        ]);
    }

    private static NoiseDraw Packed(NoiseDraw draw, LatentForm latent, PictureSize size) => !latent.IsPacked ? draw : destination =>
    {
        var plain = new float[destination.Length];
        draw(plain);
        latent.Pack(plain, size).CopyTo(destination);
    };

    private static float[] Encode(
        SourcePicture source, PictureSize size, DiffusersFolder folder, LatentForm latent, OnnxRuntimeBackend backend, NoiseStream streams, CancellationToken cancellationToken)
    {
        var part = folder.Find("vae_encoder") ?? throw new ArgumentException($"'{folder.Path}' has no vae_encoder, which turns a picture to start from into a latent.");
        return new VaeEncoder(part, latent, backend).Encode(source.ToPlanes(size), size, n => streams.DrawOne(0, n.Length).CopyTo(n, 0), cancellationToken);
    }

    /// <summary>The mask at the latent's size, one number for each element: 1 where at least half of the pixel is light.</summary>
    private static float[] MaskOf(SourcePicture mask, PictureSize size, LatentForm latent)
    {
        var (height, width) = (latent.HeightOf(size), latent.WidthOf(size));
        var image = mask.At(size);
        var result = new float[latent.CountOf(size)];
        for (var i = 0; i < height * width; i++)
        {
            var pixel = image[i % width * latent.Factor, i / width * latent.Factor];
            var value = (0.299 * pixel.R) + (0.587 * pixel.G) + (0.114 * pixel.B) >= 127.5 ? 1 : 0;
            for (var c = 0; c < latent.Channels; c++)
            {
                result[(c * height * width) + i] = value;
            }
        }

        return result;
    }
}
