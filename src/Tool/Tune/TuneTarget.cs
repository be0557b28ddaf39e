using System.Globalization;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>Reads the target that settings are tuned for, and compares measured rows with it.</summary>
internal static class TuneTarget
{
    /// <summary>The target that was given.</summary>
    /// <exception cref="UsageException">There is none, more than one, or it is out of range.</exception>
    public static GenerationTarget Of(double? psnr, double? ssim, double? speedup) => (psnr, ssim, speedup) switch
    {
        ({ } db, null, null) => Of(TargetMeasure.Psnr, db, "--target-psnr", "decibels above 0"),
        (null, { } similarity, null) => Of(TargetMeasure.Ssim, similarity, "--target-ssim", "a number between 0 and 1"),
        (null, null, { } times) => Of(TargetMeasure.Speedup, times, "--target-speedup", "a number above 1"),
        _ => throw new UsageException("Expected one target: --target-psnr, --target-ssim or --target-speedup."),
    };

    /// <summary>Whether a measured row reaches the target.</summary>
    public static bool IsMetBy(this GenerationTarget target, ComparisonResults results, ComparedRow row) => target.Figure(results, row) >= target.Value;

    /// <summary>The row's figure that the target is about.</summary>
    public static double Figure(this GenerationTarget target, ComparisonResults results, ComparedRow row) => target.Measure switch
    {
        TargetMeasure.Psnr => row.Psnr,
        TargetMeasure.Ssim => row.Ssim,
        _ => results.CredibleSpeedupOf(row),
    };

    /// <summary>What is best among rows that reach the target: the fastest, or for a speed the nearest to the uncached pictures.</summary>
    public static double Merit(this GenerationTarget target, ComparisonResults results, ComparedRow row) =>
        target.Measure == TargetMeasure.Speedup ? row.Psnr : results.CredibleSpeedupOf(row);

    private static GenerationTarget Of(TargetMeasure measure, double value, string option, string expected) => GenerationTarget.IsInRange(measure, value)
        ? new GenerationTarget(measure, value)
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; expected {expected}."));
}
