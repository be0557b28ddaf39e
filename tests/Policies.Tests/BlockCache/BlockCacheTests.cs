using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies.Tests.BlockCache;

public class BlockCacheTests
{
    private static PolicyWalk Walk(float threshold = 0.08f, int warmup = 0) =>
        new(CachePolicy.BlockCache(new BlockCacheOptions { Threshold = threshold, WarmupSteps = warmup }), 20);

    [Fact]
    public void Reuses_while_the_distance_is_below_the_threshold() =>
        Assert.Equal("CrCCrC", Walk().Letters(0, 0.079f, 0.08f, 0.5f, 0, float.NaN));

    [Fact]
    public void Warm_up_computes_without_measuring()
    {
        var walk = Walk(warmup: 3);
        Assert.Equal("CC", walk.Letters(0, 0));
        Assert.True(walk.Next(0).FullyComputed);
        Assert.Empty(walk.Asked);
        Assert.False(walk.Next(0).FullyComputed);
    }

    [Fact]
    public void Skips_from_the_probe_to_the_end_of_the_stack()
    {
        var plan = CachePolicy.BlockCache().Plan(Layouts.Flux);
        var skip = Assert.Single(plan.Skips);
        Assert.Equal((2, 7), (skip.From, skip.To));
        var measured = Assert.Single(plan.Measurements);
        Assert.Equal(((int?)1, 2, ReferenceUpdate.WhenFullyComputed), (measured.ResidualBase, measured.Boundary, measured.Update));
    }

    [Fact]
    public void The_probe_can_be_named()
    {
        var plan = CachePolicy.BlockCache(new BlockCacheOptions { Probe = "structure.probe2" }).Plan(Layouts.Flux);
        Assert.Equal(3, Assert.Single(plan.Skips).From);
        Assert.Equal(new AddResidual("structure.probe2"), plan.Skips[0].Approximation);
    }

    [Fact]
    public void Alignment_is_based_at_the_stack_s_input()
    {
        var plan = CachePolicy.BlockCache(new BlockCacheOptions { Approximation = { Method = SkipMethod.Aligned, MaximumGamma = 2 } }).Plan(Layouts.Flux);
        Assert.Equal(new AlignTrajectory(Embedded, "structure.probe", 1, 2), Assert.Single(plan.Skips).Approximation);
    }

    [Fact]
    public void A_layout_without_the_probe_is_refused_by_name()
    {
        var refused = Assert.Throws<CachePlanException>(() => CachePolicy.BlockCache().Plan(Layouts.Create(probe: false)));
        Assert.Contains("structure.probe", refused.Message, StringComparison.Ordinal);
    }

    [Property(Arbitrary = [typeof(Values)])]
    public void Threshold_zero_never_skips(Distance[] distances) =>
        Assert.DoesNotContain('r', Walk(0).Letters(distances.Take(20).Select(d => d.Value)));

    [Property(Arbitrary = [typeof(Values)], MaxTest = 1000)]
    public void Raising_the_threshold_never_turns_a_hit_into_a_miss(Distance distance, Threshold low, Threshold more)
    {
        var high = low.Value + more.Value;
        var hitLow = !Walk(low.Value).Next(0).Next(distance.Value).FullyComputed;
        var hitHigh = !Walk(float.Min(high, float.MaxValue)).Next(0).Next(distance.Value).FullyComputed;
        Assert.True(!hitLow || hitHigh);
    }
}
