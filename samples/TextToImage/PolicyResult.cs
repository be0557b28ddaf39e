using CachePolicies.Engine;
using CachePolicies.Hosting;
using CachePolicies.Reporting;

namespace CachePolicies.Samples.TextToImage;

/// <summary>What one policy did over all prompts.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="Pictures">A picture for each prompt.</param>
/// <param name="Seconds">The time of a picture, the median over the prompts.</param>
/// <param name="SpeedUp">Against the uncached run of the same prompt in the same process, the median over the prompts.</param>
/// <param name="Ideal">The speed-up if nothing but the stages that ran took time.</param>
/// <param name="Steps">For each prompt and guidance branch, what each step computed.</param>
/// <param name="Quality">Against the uncached pictures; <see langword="null"/> for the uncached run itself.</param>
/// <param name="Control">The uncached loop in the same time; <see langword="null"/> for the uncached run itself.</param>
internal sealed record PolicyResult(
    string Policy,
    IReadOnlyList<TextToImageResult> Pictures,
    double Seconds,
    double SpeedUp,
    double Ideal,
    IReadOnlyList<IReadOnlyList<ComputedShare>> Steps,
    PictureQuality? Quality,
    ControlResult? Control)
{
    /// <summary>How many steps of a picture had this extent, in the mean.</summary>
    public double Count(ComputedShare extent) => Steps.Average(s => s.Count(e => e == extent));
}

/// <summary>How near pictures are to those of the uncached run, in the mean.</summary>
/// <param name="Psnr">In decibels, over the numbers before they are rounded to bytes.</param>
/// <param name="Ssim">Structural similarity.</param>
internal sealed record PictureQuality(double Psnr, double Ssim)
{
    public static PictureQuality Of(IReadOnlyList<TextToImageResult> pictures, IReadOnlyList<TextToImageResult> references) => new(
        pictures.Zip(references, (p, r) => ImageQuality.Psnr(p.Planes.Span, r.Planes.Span)).Average(),
        pictures.Zip(references, (p, r) => ImageQuality.Ssim(p.Image, r.Image)).Average());
}

/// <summary>The uncached loop with as many steps as take the policy's time: what the policy must beat.</summary>
/// <param name="Steps">How many.</param>
/// <param name="Quality">Of its pictures.</param>
internal sealed record ControlResult(int Steps, PictureQuality Quality);
