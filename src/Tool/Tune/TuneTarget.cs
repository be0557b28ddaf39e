using System.Globalization;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>What a tuned setting must reach.</summary>
/// <param name="Measure">Which figure.</param>
/// <param name="Value">How much of it.</param>
internal sealed record TuneTarget(TargetMeasure Measure, double Value)
{
    /// <summary>The target that was given.</summary>
    /// <exception cref="UsageException">There is none, more than one, or it is out of range.</exception>
    public static TuneTarget Of(double? psnr, double? ssim, double? speedup) => (psnr, ssim, speedup) switch
    {
        ({ } db, null, null) => new TuneTarget(TargetMeasure.Psnr, db > 0 && double.IsFinite(db) ? db : throw Wrong("--target-psnr", db, "decibels above 0")),
        (null, { } similarity, null) => new TuneTarget(TargetMeasure.Ssim, similarity is > 0 and < 1 ? similarity : throw Wrong("--target-ssim", similarity, "a number between 0 and 1")),
        (null, null, { } times) => new TuneTarget(TargetMeasure.Speedup, times > 1 && double.IsFinite(times) ? times : throw Wrong("--target-speedup", times, "a number above 1")),
        _ => throw new UsageException("Expected one target: --target-psnr, --target-ssim or --target-speedup."),
    };

    /// <summary>Whether a measured row reaches the target.</summary>
    public bool IsMetBy(ComparisonResults results, ComparedRow row) => Figure(results, row) >= Value;

    /// <summary>The row's figure that the target speaks of.</summary>
    public double Figure(ComparisonResults results, ComparedRow row) => Measure switch
    {
        TargetMeasure.Psnr => row.Psnr,
        TargetMeasure.Ssim => row.Ssim,
        _ => results.CredibleSpeedupOf(row),
    };

    /// <summary>What is best among rows that reach the target: the fastest, or for a speed the nearest to the uncached pictures.</summary>
    public double Merit(ComparisonResults results, ComparedRow row) => Measure == TargetMeasure.Speedup ? row.Psnr : results.CredibleSpeedupOf(row);

    public override string ToString() => Measure switch
    {
        TargetMeasure.Psnr => string.Create(CultureInfo.InvariantCulture, $"{Value} dB"),
        TargetMeasure.Ssim => string.Create(CultureInfo.InvariantCulture, $"an SSIM of {Value}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Value} times faster"),
    };

    private static UsageException Wrong(string option, double value, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; expected {expected}."));
}
