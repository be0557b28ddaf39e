using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>What a compared run is.</summary>
public enum ComparedKind
{
    /// <summary>The uncached run that all others are compared with.</summary>
    Uncached,

    /// <summary>A run under a policy.</summary>
    Policy,

    /// <summary>An uncached run with fewer steps, which takes the time of a policy.</summary>
    Control,
}

/// <summary>All runs of the uncached loop, of a policy, or of a control.</summary>
/// <param name="Kind">Which of these.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Policy">The policy's name.</param>
/// <param name="Steps">Sampler steps.</param>
/// <param name="Runs">One for each picture, at least one.</param>
public sealed record ComparedRow(ComparedKind Kind, string Label, string Policy, int Steps, IReadOnlyList<ComparedRun> Runs)
{
    /// <summary>Beyond this many decibels two pictures of eight bits cannot differ; equal ones count as this in a mean.</summary>
    public const double EqualPictures = 99;

    /// <summary>The settings that differ from the policy's defaults, each <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Every setting in force, each <c>Name=Value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>
    /// The part of the ideal speed-up that was reached: what the fastest uncached run took, over what the run took that lost least against its skipped
    /// stages. Load only ever adds to a time, so the least times tell most. NaN where the clock gave no times; 1 for the uncached run and its controls.
    /// </summary>
    public double Realised { get; init; } = 1;

    /// <summary>The time of a picture in seconds: the median over the pictures.</summary>
    public double Seconds => Runs.Select(r => r.Seconds).Median();

    /// <summary>
    /// The speed-up that the skipped stages would give if checks and copies cost nothing: the median over the pictures. A control's follows from its
    /// evaluations, which cost what the uncached run's cost.
    /// </summary>
    public double Ideal => Runs.Select(r => r.Ideal).Median();

    /// <summary>How many times as fast as the uncached run: the realised part of the ideal.</summary>
    public double Speedup => Realised * Ideal;

    /// <summary>How many evaluations were computed in full, in part and not at all, per picture and lane.</summary>
    public ExtentCounts Extents => ExtentCounts.Mean([.. Runs.Select(r => r.Extents)]);

    /// <summary>Against the uncached pictures: the mean in decibels, equal pictures counted as <see cref="EqualPictures"/>.</summary>
    public double Psnr => MeanPsnr(Runs);

    /// <summary>Whether every picture equals the uncached one.</summary>
    public bool IsIdentical => Runs.All(r => double.IsPositiveInfinity(r.Psnr));

    /// <summary>Structural similarity with the uncached pictures, the mean.</summary>
    public double Ssim => Runs.Average(r => r.Ssim);

    /// <summary>mean|z − z_uncached| / mean|z_uncached| of the final latents, the mean.</summary>
    public double LatentError => Runs.Average(r => r.LatentError);

    /// <summary>Half the width of the 95 % confidence interval of <see cref="Psnr"/> over the pictures; NaN for fewer than three.</summary>
    public double PsnrInterval => Statistics.ConfidenceInterval([.. Runs.Select(r => Math.Min(r.Psnr, EqualPictures))]);

    /// <summary>The perceptual distance, the mean; <see langword="null"/> where no feature extractor was given.</summary>
    public double? Perceptual => Runs[0].Perceptual is null ? null : Runs.Average(r => r.Perceptual!.Value);

    /// <summary>The mean PSNR of some runs, equal pictures counted as <see cref="EqualPictures"/>; NaN of none.</summary>
    public static double MeanPsnr(IEnumerable<ComparedRun> runs) => runs.Select(r => Math.Min(r.Psnr, EqualPictures)).DefaultIfEmpty(double.NaN).Average();
}
