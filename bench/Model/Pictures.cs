using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Bench;

/// <summary>Generations whose pictures are compared. The sample model draws pixels: its latent is the picture, but for the order of its numbers.</summary>
internal static class Pictures
{
    /// <summary>The pictures of a batch, numbers in [−1, 1].</summary>
    public static float[][] Draw(this DenoisingLoop loop, GenerationRequest request, IEvaluationObserver? observer = null) =>
        Array.ConvertAll(loop.Run(request, observer), Clamp);

    /// <summary>The same with the time from the first evaluation until the last latent is on the host.</summary>
    public static (double Seconds, float[][] Pictures) Time(this DenoisingLoop loop, GenerationRequest request, BenchClock clock)
    {
        using var generation = loop.Start(request);
        var start = clock.Seconds;
        while (generation.MoveNext())
        {
        }

        var latents = Enumerable.Range(0, request.Samples.Length).Select(generation.DownloadLatent).ToArray();
        return (clock.Seconds - start, Array.ConvertAll(latents, Clamp));
    }

    /// <summary>The mean over the pictures of a batch, in decibels.</summary>
    public static double MeanPsnr(float[][] pictures, float[][] references) => pictures.Zip(references, (p, r) => ImageQuality.Psnr(p, r)).Average();

    /// <summary>A latent as the numbers of its picture.</summary>
    public static float[] Clamp(float[] latent) => Array.ConvertAll(latent, v => Math.Clamp(v, -1, 1));
}
