using System.Collections.Immutable;

namespace CachePolicies.Policies.Tests.MagCache;

public class MagCacheTests
{
    private static readonly ImmutableArray<double> Falling = [1, 1.2, 0.98, 0.98, 0.98, 0.98, 0.9, 0.9, 0.98, 0.98];

    private static MagCacheOptions Options(float threshold = 0.1f, double retention = 0, int? inARow = null) => new()
    {
        Threshold = threshold,
        RetentionRatio = retention,
        MaximumConsecutiveSkips = inARow,
        Calibration = new MagCacheCalibration("weights-1", Falling, []),
    };

    private static string Letters(MagCacheOptions options, int evaluations = 10) =>
        new PolicyWalk(CachePolicy.MagCache(options), evaluations).Letters(Enumerable.Repeat(float.NaN, evaluations));

    [Fact]
    public void Skips_while_the_ratios_drift_little()
    {
        // 1: 1.2 is 0.2 off. 2, 3: 0.02, then 0.98² adds 0.0396; 4: 0.98³ would make 0.118. 5: 0.02; 6: 0.882 would make 0.138. 7: 0.1 is still allowed.
        Assert.Equal("CCrrCrCrCr", Letters(Options(0.1f)));
    }

    [Fact]
    public void An_error_at_the_threshold_still_skips()
    {
        Assert.True(CacheDecision.SkipWhileAtMost(0.25, 0.25f, BoundaryRole.Detail).IsSkip);
        Assert.False(CacheDecision.SkipWhileAtMost(0.25000001, 0.25f, BoundaryRole.Detail).IsSkip);
        Assert.False(CacheDecision.SkipWhileAtMost(0, 0, BoundaryRole.Detail).IsSkip);
        Assert.False(CacheDecision.SkipWhileAtMost(double.NaN, 1, BoundaryRole.Detail).IsSkip);
    }

    [Fact]
    public void At_most_so_many_are_skipped_in_a_row() => Assert.Equal("CrrCrrCrrC", Letters(Options(100, inARow: 2)));

    [Theory]
    [InlineData(10, 0.24, 2)]
    [InlineData(10, 0.25, 3)] // 2.5 + 0.5
    [InlineData(28, 0.1, 3)]
    public void Retention_rounds_to_the_nearest(int count, double ratio, int first)
    {
        Assert.True(MagCacheDecision.IsRetained(new EvaluationInfo(first - 1, count, 0, 0), ratio));
        Assert.False(MagCacheDecision.IsRetained(new EvaluationInfo(first, count, 0, 0), ratio));
    }

    [Fact]
    public void Threshold_zero_never_skips() => Assert.Equal(
        "CCCCC", Letters(new MagCacheOptions { Threshold = 0, RetentionRatio = 0, Calibration = new("weights-1", [1, 1, 1, 1, 1], []) }, 5));

    [Fact]
    public void Other_numbers_of_evaluations_take_the_nearest_ratio()
    {
        var calibration = new MagCacheCalibration("", [1, 2, 3], [5]);
        Assert.Equal<double>([1, 1, 2, 3, 3], calibration.For(GuidanceBranch.Conditional, 5));
        Assert.Equal<double>([1, 3], calibration.For(GuidanceBranch.Conditional, 2));
        Assert.Equal<double>([5, 5], calibration.For(GuidanceBranch.Unconditional, 2));
        Assert.Equal<double>([1], calibration.For(GuidanceBranch.Conditional, 1));
    }

    [Fact]
    public void A_calibration_of_another_model_is_refused()
    {
        var policy = CachePolicy.MagCache(Options());
        var refused = Assert.Throws<CachePlanException>(() => policy.Plan(Layouts.Unsplit));
        Assert.Contains("'weights-1'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_calibrator_averages_over_lanes_and_keeps_branches_apart()
    {
        var calibrator = new MagCacheCalibrator();
        Assert.Throws<InvalidOperationException>(() => calibrator.Calibration);
        foreach (var ratio in new[] { 0.5f, 0.7f })
        {
            var walk = new PolicyWalk(calibrator, 3);
            Assert.Equal("CCC", walk.Letters(9, ratio, ratio));
        }

        var calibration = calibrator.Calibration;
        Assert.Equal("weights-1", calibration.Fingerprint);
        Assert.Equal([1, 0.6, 0.6], calibration.Conditional.Select(r => Math.Round(r, 6)));
        Assert.Empty(calibration.Unconditional);
        Assert.Throws<CachePlanException>(() => calibrator.Plan(Layouts.Unsplit));
        Assert.Throws<InvalidOperationException>(() => new PolicyWalk(calibrator, 2).Letters(1, 1));
    }

    [Fact]
    public void A_calibration_survives_its_file()
    {
        var path = Path.Combine(Path.GetTempPath(), $"cachepolicies-{Guid.NewGuid():N}.json");
        try
        {
            new MagCacheCalibration("weights-1", Falling, [1, 2]).Save(path);
            var read = MagCacheCalibration.Load(path);
            Assert.Equal(("weights-1", "1,2"), (read.Fingerprint, string.Join(',', read.Unconditional)));
            Assert.Equal<double>(Falling, read.Conditional);
            File.WriteAllText(path, """{"fingerprint":"x"}""");
            Assert.Contains("lacks a fingerprint or ratios", Assert.Throws<InvalidDataException>(() => MagCacheCalibration.Load(path)).Message, StringComparison.Ordinal);
            (read with { Unconditional = [], Sigmas = [1, 0.5f] }).Save(path);
            Assert.Contains("2 noise levels for 10 conditional", Assert.Throws<InvalidDataException>(() => MagCacheCalibration.Load(path)).Message, StringComparison.Ordinal);
            new MagCacheCalibration("weights-1", [1, 0.9], []) { Sigmas = [1, 0.5f] }.Save(path);
            Assert.Equal<float>([1, 0.5f], MagCacheCalibration.Load(path).Sigmas);
            File.WriteAllText(path, "{");
            Assert.Throws<InvalidDataException>(() => MagCacheCalibration.Load(path));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Throws<FileNotFoundException>(() => MagCacheCalibration.Load(path));
    }
}
