using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies.Tests.DiCache;

public class DiCacheTests
{
    private static PolicyWalk Walk(float threshold, DiCacheErrorMetric metric = DiCacheErrorMetric.ProbeChange, double retention = 0, int evaluations = 20) =>
        new(CachePolicy.DiCache(new DiCacheOptions { Threshold = threshold, ErrorMetric = metric, RetentionRatio = retention }), evaluations);

    [Fact]
    public void Skips_while_the_sum_is_below_the_threshold_and_starts_again_after_computing() =>
        Assert.Equal("CrrCrrC", Walk(0.25f).Letters(0, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.05f));

    [Theory]
    [InlineData(20, 0.0, 0)]
    [InlineData(20, 0.2, 4)]
    [InlineData(50, 0.2, 10)]
    [InlineData(100, 0.29, 28)] // In float64 0.29 · 100 is 28.999…, as in the authors' code.
    [InlineData(10, 1.0, 10)]
    public void Retention_reaches_to_the_evaluation_at_the_ratio(int count, double ratio, int last)
    {
        Assert.True(DiCacheDecision.IsRetained(new EvaluationInfo(last, count, 0, 0), ratio));
        Assert.False(DiCacheDecision.IsRetained(new EvaluationInfo(last + 1, count, 0, 0), ratio));
    }

    [Fact]
    public void Retained_and_last_evaluations_compute_without_a_measurement()
    {
        var walk = Walk(100, retention: 0.5, evaluations: 4);
        var computed = "";
        for (var i = 0; i < 4; i++)
        {
            walk.Next(0);
            computed += walk.FullyComputed ? $"C{walk.Asked.Count}" : $"r{walk.Asked.Count}";
        }

        Assert.Equal("C0C0C0C0", computed);
        Assert.Equal("last steps", walk.Decisions[2].Reason);
    }

    [Fact]
    public void The_difference_metric_adds_how_much_more_or_less_the_probe_changed()
    {
        var walk = Walk(0.25f, DiCacheErrorMetric.ProbeMinusInput).Next(0).Next(key => key == "probe" ? 0.1f : 0.3f);
        Assert.Equal(0.2, walk.Decisions[2].Value!.Value, 6);
        Assert.Equal(["probe", "input", "probe", "input"], walk.Asked);
    }

    [Fact]
    public void The_probe_metric_measures_the_probe_alone() =>
        Assert.Equal("probe", Assert.Single(CachePolicy.DiCache().Plan(Layouts.Flux).Measurements).Key.Name);

    [Fact]
    public void Decides_at_the_probe_and_is_based_at_the_stack_s_input()
    {
        var plan = CachePolicy.DiCache(new DiCacheOptions { MaximumGamma = 2 }).Plan(Layouts.Flux);
        var skip = Assert.Single(plan.Skips);
        Assert.Equal((2, 7), (skip.From, skip.To));
        Assert.Equal(new AlignTrajectory(Embedded, "structure.probe", 1, 2), skip.Approximation);
        Assert.All(plan.Measurements, m => Assert.Equal(ReferenceUpdate.EveryEvaluation, m.Update));
    }

    [Fact]
    public void Without_alignment_the_residual_of_the_whole_stack_is_added()
    {
        var plan = CachePolicy.DiCache(new DiCacheOptions { TrajectoryAlignment = false, Probe = "structure.probe2" }).Plan(Layouts.Flux);
        Assert.Equal((3, new AddResidual(Embedded)), (plan.Skips[0].From, plan.Skips[0].Approximation));
    }

    [Theory]
    [InlineData(float.NaN, 0.1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(0.1f, float.NaN)]
    public void An_error_that_is_not_finite_computes(float probe, float input)
    {
        var walk = Walk(1000, DiCacheErrorMetric.ProbeMinusInput).Next(0).Next(key => key == "probe" ? probe : input);
        Assert.True(walk.FullyComputed);
        Assert.False(walk.Next(0).FullyComputed);
    }

    [Property(Arbitrary = [typeof(Values)])]
    public void Threshold_zero_never_skips(Distance[] distances, DiCacheErrorMetric metric) =>
        Assert.DoesNotContain('r', Walk(0, metric).Letters(distances.Take(20).Select(d => d.Value)));

    [Property(Arbitrary = [typeof(Values)])]
    public void The_sum_is_zero_after_every_computed_evaluation(Distance[] distances)
    {
        var walk = Walk(0.5f, evaluations: 200).Next(0);
        foreach (var distance in distances.Take(100))
        {
            if (walk.Next(distance.Value).FullyComputed)
            {
                walk.Next(0.25f);
                Assert.Equal(0.25, walk.Decisions[2].Value);
            }
        }
    }
}
