using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.TextToImage;

/// <summary>What a generation made.</summary>
/// <param name="Pictures">One or more, in the order of the batch.</param>
/// <param name="Evaluations">How many evaluations of the denoiser there were.</param>
/// <param name="Elapsed">From the noise to the final latents on the host; encoding, decoding and what is done with reports of progress are not counted.</param>
public sealed record GeneratedPictures(IReadOnlyList<GeneratedPicture> Pictures, int Evaluations, TimeSpan Elapsed)
{
    /// <summary>The first picture.</summary>
    public GeneratedPicture First => Pictures[0];
}

/// <summary>A picture.</summary>
/// <param name="Image">In 8 bits per channel.</param>
/// <param name="Planes">Red, green and blue as the decoder made them, in [−1, 1]: 3 · height · width numbers.</param>
/// <param name="Latent">The final latent.</param>
public sealed record GeneratedPicture(RgbImage Image, float[] Planes, float[] Latent);

/// <summary>How far a generation is: told after each evaluation of the denoiser, on the thread that generates. Valid during the call.</summary>
public sealed class GenerationProgress
{
    private readonly Generation _generation;
    private readonly PreparedGeneration _prepared;

    internal GenerationProgress(Generation generation, PreparedGeneration prepared) => (_generation, _prepared) = (generation, prepared);

    /// <summary>How many evaluations are done.</summary>
    public int Completed => _generation.Completed;

    /// <summary>How many there will be.</summary>
    public int Total => _generation.Schedule.Evaluations.Length;

    /// <summary>A picture's latent after the last evaluation, in the model's own scale.</summary>
    /// <param name="picture">The picture's index in the batch.</param>
    public float[] Latent(int picture = 0) => _generation.DownloadLatent(picture);

    /// <summary>The first picture as far as it is; cheap where the model brings a linear map from latent to colour, and small then.</summary>
    public RgbImage Preview() => _prepared.Decoder.Preview(_generation.DownloadLatent(0), _prepared.Size).ToImage();
}
