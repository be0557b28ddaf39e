namespace CachePolicies.Policies;

/// <summary>MagCache as it is registered.</summary>
internal static class MagCacheDescriptor
{
    private const string Authors = "MagCache's authors";

    public static CachePolicyDescriptor<MagCacheOptions> Instance { get; } = new("MagCache", static (options, name) => new MagCachePolicy(options, name))
    {
        Summaries =
        [
            new(
                "**MagCache** ([2506.09045](https://arxiv.org/abs/2506.09045))",
                "nothing: the model's calibrated magnitude law",
                "all blocks"),
        ],
        Calibration = Calibrate,
        Families =
        [
            new(ModelFamily.Flux, Authors, "Threshold=0.24", "MaximumConsecutiveSkips=5", "RetentionRatio=0.1"),
            new(ModelFamily.QwenImage, Authors, "Threshold=0.06", "MaximumConsecutiveSkips=2", "RetentionRatio=0.2"),
            new(ModelFamily.Wan, Authors, "Threshold=0.12", "MaximumConsecutiveSkips=4", "RetentionRatio=0.2"),
            new(ModelFamily.Wan21Small, Authors, "Threshold=0.12", "MaximumConsecutiveSkips=4", "RetentionRatio=0.2"),
            new(ModelFamily.Wan21Large, Authors, "Threshold=0.24", "MaximumConsecutiveSkips=6", "RetentionRatio=0.2"),
        ],
        Tuning = static model =>
        [
            TuningDimension.Thresholds(nameof(MagCacheOptions.Threshold), 0.005, 1, 60),
            TuningDimension.Each(nameof(MagCacheOptions.RetentionRatio), "0", "0.1", "0.2"),
            TuningDimension.Each(nameof(CachePolicyOptions.MaximumConsecutiveSkips), "3", "5", "10"),
            new(model.Calibrated),
        ],
    };

    private static IReadOnlyList<IReadOnlyList<string>> Calibrate(IReadOnlyList<IRecordedGeneration> runs, string path)
    {
        var calibrator = new MagCacheCalibrator();
        foreach (var run in runs)
        {
            run.Replay(calibrator);
        }

        calibrator.Calibration.Save(path);
        return [[$"{nameof(MagCacheOptions.CalibrationFile)}={path}"]];
    }
}

/// <content>MagCache.</content>
public static partial class CachePolicy
{
    /// <summary>MagCache. <inheritdoc cref="MagCacheOptions" path="/summary"/></summary>
    /// <param name="options">The settings, with the model's calibration.</param>
    /// <param name="name">The name in configuration, telemetry and messages.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message lists all that are.</exception>
    public static ICachePolicy MagCache(MagCacheOptions options, string name = "MagCache") => MagCacheDescriptor.Instance.Create(options, name);
}
