using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Comparison;

/// <summary>A model that draws the pictures of a comparison, with everything but prompt, seed and number of steps settled.</summary>
public interface IPictureModel
{
    /// <summary>The model's name.</summary>
    string Name { get; }

    /// <summary>Identifies its weights; empty where unknown.</summary>
    string Fingerprint { get; }

    /// <summary>What it runs on.</summary>
    string Provider { get; }

    /// <summary>Threads that a stage may use; <see langword="null"/> where the provider chooses.</summary>
    int? Threads { get; }

    /// <summary>The denoiser's stages and boundaries.</summary>
    DenoiserLayout Layout { get; }

    /// <summary>How often a picture of this many sampler steps evaluates the denoiser.</summary>
    int EvaluationsOf(int steps);

    /// <summary>The model under a policy; kernels are compiled here.</summary>
    /// <exception cref="CachePlanException">The model lacks something that the policy needs.</exception>
    IPictureLoop Under(ICachePolicy policy);

    /// <summary>Refuses a prompt that cannot be drawn.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong with it.</exception>
    void Check(string prompt);
}

/// <summary>A model under one policy.</summary>
public interface IPictureLoop
{
    /// <summary>Draws a picture; equal arguments give equal pictures.</summary>
    /// <param name="prompt">What it shows.</param>
    /// <param name="seed">The seed of the noise.</param>
    /// <param name="steps">Sampler steps.</param>
    /// <param name="observer">Told what happens, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at before each stage.</param>
    DrawnPicture Draw(string prompt, long seed, int steps, IEvaluationObserver? observer = null, CancellationToken cancellationToken = default);
}

/// <summary>A picture with what it was made from.</summary>
/// <param name="Image">In 8 bits per channel.</param>
/// <param name="Planes">Red, green and blue as the decoder made them, in [−1, 1].</param>
/// <param name="Latent">The final latent.</param>
/// <param name="Elapsed">From the noise to the final latent.</param>
public sealed record DrawnPicture(RgbImage Image, float[] Planes, float[] Latent, TimeSpan Elapsed);
