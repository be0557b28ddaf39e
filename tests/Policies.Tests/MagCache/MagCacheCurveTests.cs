using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Policies.Tests.MagCache;

/// <summary>Ratios are found by noise level and by what ran, never by position alone.</summary>
public class MagCacheCurveTests
{
    private static readonly float[] Unmeasured = [.. Enumerable.Repeat(float.NaN, 40)];

    private static ImmutableArray<double> LateFall { get; } = [.. Enumerable.Range(0, 30).Select(i => i < 20 ? 1.0 : 0.9)];

    private static ImmutableArray<float> Sigmas(Func<int, float> sigma, int count) => [.. Enumerable.Range(0, count).Select(sigma)];

    private static ICachePolicy Policy(MagCacheCalibration calibration, float threshold = 0.15f, double retention = 0) =>
        CachePolicy.MagCache(new MagCacheOptions { Calibration = calibration, Threshold = threshold, RetentionRatio = retention });

    private static float Shifted(int i) => 3 * (1 - (i / 30f)) / (1 + (2 * (1 - (i / 30f))));

    [Fact]
    public void A_branch_that_was_left_out_counts_every_evaluation_since_it_was_computed()
    {
        var ratios = ImmutableArray.CreateRange(Enumerable.Range(0, 30).Select(i => i == 0 ? 1 : 0.97));
        var walk = new PolicyWalk(Policy(new("weights-1", ratios, []), 0.24f), 30, branch: GuidanceBranch.Unconditional);
        Assert.Equal("Crr", walk.Letters(Unmeasured[..3]));
        Assert.Equal("Crr", walk.LeaveOut(21).Letters(Unmeasured[..3]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_last_part_of_a_schedule_decides_alike_however_it_is_counted(bool knowsSigmas)
    {
        var calibration = new MagCacheCalibration("weights-1", LateFall, []) { Sigmas = knowsSigmas ? Sigmas(i => 1 - (i / 30f), 30) : [] };
        var inPlace = new PolicyWalk(Policy(calibration, retention: 0.2), 30).LeaveOut(18);
        var own = new PolicyWalk(Policy(calibration, retention: 0.2), 12, sigma: i => 1 - ((i + 18) / 30f));
        Assert.Equal(inPlace.Letters(Unmeasured[..12]), own.Letters(Unmeasured[..12]));
    }

    [Fact]
    public void With_sigmas_that_holds_for_a_shifted_schedule_too()
    {
        var calibration = new MagCacheCalibration("weights-1", LateFall, []) { Sigmas = Sigmas(Shifted, 30) };
        var inPlace = new PolicyWalk(Policy(calibration), 30, sigma: Shifted).LeaveOut(18);
        var own = new PolicyWalk(Policy(calibration), 12, sigma: i => Shifted(i + 18));
        Assert.Equal("CrrCrCrCrCrC", inPlace.Letters(Unmeasured[..12]));
        Assert.Equal("CrrCrCrCrCrC", own.Letters(Unmeasured[..12]));
    }

    [Fact]
    public void A_whole_run_decides_as_by_position()
    {
        var known = new MagCacheCalibration("weights-1", LateFall, []) { Sigmas = Sigmas(Shifted, 30) };
        Assert.Equal(
            new PolicyWalk(Policy(known with { Sigmas = [] }), 30, sigma: Shifted).Letters(Unmeasured[..30]),
            new PolicyWalk(Policy(known), 30, sigma: Shifted).Letters(Unmeasured[..30]));
    }

    [Fact]
    public void Half_as_many_steps_go_over_twice_as_many_ratios()
    {
        var ratios = ImmutableArray.CreateRange(Enumerable.Repeat(0.97, 20));
        var known = new MagCacheCalibration("weights-1", ratios, []) { Sigmas = Sigmas(i => 1 - (i / 20f), 20) };

        // Skipping one of ten steps passes two ratios: 0.03 + 0.0591 = 0.0891.
        Assert.Equal("CrCrCrCrCr", new PolicyWalk(Policy(known, 0.09f), 10).Letters(Unmeasured[..10]));
        Assert.Equal("CCCCCCCCCC", new PolicyWalk(Policy(known, 0.088f), 10).Letters(Unmeasured[..10]));
    }

    [Fact]
    public void Going_back_to_a_higher_noise_level_adds_the_error_of_the_way_back()
    {
        var ratios = ImmutableArray.CreateRange(Enumerable.Repeat(0.9, 20));
        var known = new MagCacheCalibration("weights-1", ratios, []) { Sigmas = Sigmas(i => 1 - (i / 20f), 20) };
        var walk = new PolicyWalk(Policy(known, 0.3f), 20, sigma: i => i < 10 ? 1 - (i / 20f) : 1 - ((i - 8) / 20f));
        Assert.Equal("CrrCrrCrrC", walk.Letters(Unmeasured[..10]));
        Assert.Equal('C', walk.Letters(Unmeasured[..1])[0]);
    }

    [Property(MaxTest = 2000)]
    public void The_error_of_a_way_is_that_of_its_parts(ushort seed)
    {
        // Whatever evaluations are left out between two that ran, the state at the second is the same.
        var random = new Random(seed);
        var ratios = ImmutableArray.CreateRange(Enumerable.Range(0, 24).Select(_ => 0.8 + (0.4 * random.NextDouble())));
        foreach (var sigmas in new[] { [], Sigmas(i => 1 - (i / 24f), 24) })
        {
            var curve = MagCacheCurve.Of(new MagCacheCalibration("", ratios, []) { Sigmas = sigmas }, new LaneInfo(0, GuidanceBranch.Conditional, 24));
            EvaluationInfo At(int index) => new(index, 24, 0, 1 - (index / 24f));
            var (from, to) = (random.Next(0, 12), random.Next(12, 24));
            var state = MagCacheState.Start;
            for (var i = from; i < to; i++)
            {
                state = curve.Advance(state, At(i), At(i + 1));
            }

            Assert.Equal(state, curve.Advance(MagCacheState.Start, At(from), At(to)));
        }
    }

    [Fact]
    public void A_calibration_of_a_part_of_the_steps_has_the_ratios_of_what_ran_and_can_be_used()
    {
        var calibrator = new MagCacheCalibrator();
        new PolicyWalk(calibrator, 30).LeaveOut(12).Letters(Enumerable.Repeat(0.95f, 18));

        var calibration = calibrator.Calibration;

        Assert.Equal(18, calibration.Conditional.Length);
        Assert.Equal(1, calibration.Conditional[0]);
        Assert.All(calibration.Conditional.Skip(1), ratio => Assert.Equal(0.95, ratio, 1e-6));
        Assert.Equal([0.6f, 1 - (29 / 30f)], new[] { calibration.Sigmas[0], calibration.Sigmas[^1] });
        Assert.Equal("CrCr", new PolicyWalk(Policy(calibration, 0.06f), 30).LeaveOut(20).Letters(Unmeasured[..4]));
    }

    [Fact]
    public void The_calibrator_leaves_out_what_spans_a_gap_and_takes_the_neighbours_ratio()
    {
        var calibrator = new MagCacheCalibrator();
        new PolicyWalk(calibrator, 6).Letters(9, 0.9f, 0.9f, 0.9f, 0.9f, 0.9f);
        new PolicyWalk(calibrator, 6, branch: GuidanceBranch.Unconditional).Next(9).Next(0.5f).LeaveOut(2).Next(0.01f);

        Assert.Equal([1, 0.5, 0.5, 0.5, 0.5, 0.5], calibrator.Calibration.Unconditional.Select(r => Math.Round(r, 6)));
    }

    [Fact]
    public void A_branch_that_is_off_at_the_end_is_calibrated_all_the_same()
    {
        var calibrator = new MagCacheCalibrator();
        new PolicyWalk(calibrator, 4, branch: GuidanceBranch.Unconditional).Next(9).Next(0.8f);
        Assert.Throws<InvalidOperationException>(() => calibrator.Calibration);
        new PolicyWalk(calibrator, 4).Letters(9, 0.9f, 0.9f, 0.9f);

        Assert.Equal([1, 0.8, 0.8, 0.8], calibrator.Calibration.Unconditional.Select(r => Math.Round(r, 6)));
    }

    [Fact]
    public void Another_schedule_of_as_many_steps_is_refused()
    {
        var calibrator = new MagCacheCalibrator();
        new PolicyWalk(calibrator, 4).Letters(9, 0.9f, 0.9f, 0.9f);
        var refused = Assert.Throws<InvalidOperationException>(() => new PolicyWalk(calibrator, 4, sigma: i => 0.9f - (i / 10f)).Next(9));
        Assert.Contains("calibrate each schedule separately", refused.Message, StringComparison.Ordinal);
    }
}
