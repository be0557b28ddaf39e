namespace CachePolicies.Policies.Tests.DBCache;

public class DBCacheTests
{
    private static PolicyWalk Walk(DBCacheOptions options) => new(CachePolicy.DBCache(options), 40);

    [Fact]
    public void The_last_blocks_run_after_a_hit()
    {
        var walk = Walk(new DBCacheOptions { WarmupSteps = 0, Tail = "detail.tail" }).Next(0).Next(0);
        Assert.Equal(StageSet.Between(0, 2).With(6).With(7), walk.Computed);
    }

    [Property(Arbitrary = [typeof(Values)])]
    public void Without_last_blocks_and_limits_it_is_the_block_cache(Distance[] distances, Threshold threshold)
    {
        var told = distances.Take(40).Select(d => d.Value).ToArray();
        Assert.Equal(
            new PolicyWalk(CachePolicy.BlockCache(new BlockCacheOptions { Threshold = threshold.Value }), 40).Letters(told),
            Walk(new DBCacheOptions { Threshold = threshold.Value, WarmupSteps = 0 }).Letters(told));
    }

    [Fact]
    public void A_run_of_skips_ends_where_its_distances_add_up_to_the_limit()
    {
        var walk = Walk(new DBCacheOptions { WarmupSteps = 0, Threshold = 0.1f, MaximumAccumulatedDistance = 0.2f });
        Assert.Equal("CrrCrrC", walk.Letters(0, 0.09f, 0.09f, 0.09f, 0.09f, 0.09f, 0.09f));
        Assert.True(walk.Decisions[2].IsAccumulated);
    }

    [Fact]
    public void Gates_are_asked_in_the_published_order()
    {
        var options = new DBCacheOptions { WarmupSteps = 1, StepMask = "CCrrrrr", MaximumSkips = 2, MaximumConsecutiveSkips = 1, Threshold = 1 };
        var walk = Walk(options);
        var reasons = Enumerable.Range(0, 7).Select(_ => walk.Next(0).Decisions.First(d => d.Reason is not null || d.Value is not null).Reason ?? "threshold");
        Assert.Equal(["warm-up", "step mask", "threshold", "maximum consecutive skips", "threshold", "maximum skips", "maximum skips"], reasons);
    }

    [Fact]
    public void F_and_B_can_be_named()
    {
        var plan = CachePolicy.DBCache(new DBCacheOptions { Probe = "structure.probe2", Tail = "detail.tail" }).Plan(Layouts.Flux);
        Assert.Equal((3, 6), (plan.Skips[0].From, plan.Skips[0].To));
        Assert.Equal(((int?)1, 3), (plan.Measurements[0].ResidualBase, plan.Measurements[0].Boundary));
    }
}
