using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>Turns a picture into a latent with the folder's VAE; opened and closed for each.</summary>
internal sealed class VaeEncoder(FolderPart part, LatentForm form, OnnxRuntimeBackend backend)
{
    /// <summary>Encodes planes of red, green and blue in [−1, 1].</summary>
    /// <param name="planes">3 · height · width numbers.</param>
    /// <param name="size">The size of the picture.</param>
    /// <param name="noise">Fills a span with standard normal numbers: the latent is drawn from the distribution that the VAE gives.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The latent in the model's scale, <c>[channels, height, width]</c>.</returns>
    public float[] Encode(float[] planes, PictureSize size, Action<float[]> noise, CancellationToken cancellationToken)
    {
        using var session = OnnxComponent.Open(part.GraphPath, backend);
        var inputs = new Dictionary<string, ComponentValue> { [session.Inputs[0].Name] = ComponentValue.Of(planes, 1, 3, size.Height, size.Width) };
        var parameters = session.Run(inputs, [session.Outputs[0].Name], cancellationToken)[0].Numbers;
        var count = form.CountOf(size);
        var latent = parameters.Length == count ? parameters
            : parameters.Length == 2 * count ? Draw(parameters, count, noise)
            : throw new InvalidDataException($"'{part.GraphPath}' made {parameters.Length:N0} numbers of a picture of {size}; expected {2 * count:N0} (mean and log variance) or {count:N0}.");
        var area = count / form.Channels;
        for (var i = 0; i < count; i++)
        {
            latent[i] = (latent[i] - form.Shift[i / area]) * form.Scale[i / area];
        }

        return latent;
    }

    /// <summary>Mean plus the standard deviation times noise; the log variance is kept between −30 and 20, as diffusers does.</summary>
    private static float[] Draw(float[] parameters, int count, Action<float[]> noise)
    {
        var latent = new float[count];
        noise(latent);
        for (var i = 0; i < count; i++)
        {
            latent[i] = parameters[i] + (MathF.Exp(0.5f * Math.Clamp(parameters[count + i], -30, 20)) * latent[i]);
        }

        return latent;
    }
}
