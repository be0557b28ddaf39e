using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>One generated picture.</summary>
/// <param name="Prompt">What it shows.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Image">The picture's file, relative to the results.</param>
public sealed record ComparedRun(string Prompt, long Seed, string Image)
{
    /// <summary>Against the uncached picture, in decibels; infinite for equal pictures.</summary>
    public required double Psnr { get; init; }

    /// <summary>Against the uncached picture.</summary>
    public required double Ssim { get; init; }

    /// <summary>mean|z − z_uncached| / mean|z_uncached| of the final latents.</summary>
    public required double LatentError { get; init; }

    /// <summary>The perceptual distance from the uncached picture, where a feature extractor was given.</summary>
    public double? Perceptual { get; init; }

    /// <summary>From noise to the final latent, in seconds, in each round.</summary>
    public required IReadOnlyList<double> Timings { get; init; }

    /// <summary>The speed-up that the skipped stages would give.</summary>
    public required double Ideal { get; init; }

    /// <summary>What was computed.</summary>
    public required ExtentCounts Extents { get; init; }

    /// <summary>What each evaluation of the pass with the prompt decided.</summary>
    public required EvaluationLog Log { get; init; }

    /// <summary>The least of the rounds' times.</summary>
    public double Seconds => Timings.Min();
}
