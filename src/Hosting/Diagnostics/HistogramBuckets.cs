using System.Diagnostics.Metrics;

namespace CachePolicies.Hosting;

/// <summary>
/// Bucket boundaries that fit what is measured. Without advice collectors use boundaries made for milliseconds, and every duration in seconds lands in the
/// first bucket. A view of the host's own overrides them.
/// </summary>
internal static class HistogramBuckets
{
    /// <summary>Seconds of a stage or an evaluation: from a tiny stage on a processor to a large model's step without a device.</summary>
    public static InstrumentAdvice<double> Step { get; } = Of(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    /// <summary>Seconds of a generation: 4 steps of a small model to 100 of a large one.</summary>
    public static InstrumentAdvice<double> Generation { get; } = Of(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500);

    /// <summary>Relative distances: thresholds lie between a few thousandths and one half.</summary>
    public static InstrumentAdvice<double> Distance { get; } = Of(0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 1, 2);

    /// <summary>Speed-ups: 1 means no gain.</summary>
    public static InstrumentAdvice<double> SpeedUp { get; } = Of(1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20);

    private static InstrumentAdvice<double> Of(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
