namespace CachePolicies.Policies.Tests.Decorators;

public class DecoratorTests
{
    private static ICachePolicy Eager => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 1 });

    private static string Letters(ICachePolicy policy, int evaluations = 12) => new PolicyWalk(policy, evaluations).Letters(Enumerable.Repeat(0f, evaluations));

    [Fact]
    public void An_undecorated_policy_skips_all_but_the_first() => Assert.Equal("Crrrrrrrrrrr", Letters(Eager));

    [Fact]
    public void Warm_up_computes_the_first() => Assert.Equal("CCCCrrrrrrrr", Letters(Eager.WithWarmup(4)));

    [Fact]
    public void Forced_last_computes_the_last() => Assert.Equal("CrrrrrrrrCCC", Letters(Eager.WithForcedLast(3)));

    [Fact]
    public void Longer_than_the_run_computes_all() => Assert.Equal("CCCC", Letters(Eager.WithForcedLast(9), 4));

    [Fact]
    public void Consecutive_skips_are_limited() => Assert.Equal("CrrCrrCrrCrr", Letters(Eager.WithMaximumConsecutiveSkips(2)));

    [Fact]
    public void Skips_are_limited() => Assert.Equal("CrrrCCCCCCCC", Letters(Eager.WithMaximumSkips(3)));

    [Fact]
    public void Limits_of_zero_never_skip()
    {
        Assert.Equal("CCCC", Letters(Eager.WithMaximumSkips(0), 4));
        Assert.Equal("CCCC", Letters(Eager.WithMaximumConsecutiveSkips(0), 4));
    }

    [Fact]
    public void Cool_down_computes_after_a_run_of_skips() =>
        Assert.Equal("CrrCCCrrCCCr", Letters(Eager.WithMaximumConsecutiveSkips(2).WithCooldown(3)));

    [Fact]
    public void Cool_down_needs_a_run_of_skips() => Assert.Equal("CCCCrrrrrrrr", Letters(Eager.WithWarmup(4).WithCooldown(3)));

    [Fact]
    public void A_step_mask_leaves_its_gaps_to_the_policy()
    {
        Assert.Equal("CrrCCrCCCCCC", Letters(Eager.WithStepMask(StepMask.Parse("CrrCCr"))));
        Assert.Equal("CCCC", Letters(CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 0 }).WithStepMask(StepMask.Parse("Crrr")), 4));
    }

    [Fact]
    public void A_mask_longer_than_the_run_is_refused()
    {
        var policy = Eager.WithStepMask(StepMask.Parse("CrrrrC"));
        var refused = Assert.Throws<ArgumentException>(() => policy.CreateSession(new LaneInfo(0, GuidanceBranch.Conditional, 5)));
        Assert.Contains("6 letters and the run 5 evaluations", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forced_evaluation_asks_and_measures_nothing_and_says_why()
    {
        var walk = new PolicyWalk(Eager.WithWarmup(3), 5).Next(0).Next(0);
        Assert.Empty(walk.Asked);
        Assert.Equal("warm-up", walk.Decisions[2].Reason);
    }

    [Fact]
    public void Every_boundary_of_a_forced_evaluation_is_forced()
    {
        var policy = CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual, StructureThreshold = 1, WarmupSteps = 2 });
        var walk = new PolicyWalk(policy, 5).Next(0).Next(0);
        Assert.True(walk.FullyComputed);
        Assert.Equal(["warm-up", "warm-up"], walk.Decisions.Select(d => d.Reason).Where(r => r is not null));
    }

    [Fact]
    public void A_detail_hit_counts_as_a_skip()
    {
        var walk = new PolicyWalk(CachePolicy.H2Cache(new H2CacheOptions { MaximumSkips = 1 }), 5).Next(0).Next(k => k == "structure" ? 1 : 0);
        Assert.False(walk.FullyComputed);
        Assert.True(walk.Next(0).FullyComputed);
    }

    [Fact]
    public void A_decorated_policy_keeps_its_name() => Assert.Equal("BlockCache", Eager.WithWarmup(3).WithMaximumSkips(2).Name);

    [Property]
    public void The_order_of_decorators_does_not_matter(bool[] misses, byte warmup, byte last, byte inARow)
    {
        Func<ICachePolicy, ICachePolicy>[] decorators =
        [
            p => p.WithWarmup(warmup % 8), p => p.WithForcedLast(last % 8), p => p.WithMaximumConsecutiveSkips(1 + (inARow % 4)), p => p.WithStepMask(StepMask.Medium),
        ];
        string Run(IEnumerable<Func<ICachePolicy, ICachePolicy>> order) => new PolicyWalk(order.Aggregate(Eager, (p, d) => d(p)), 30)
            .Letters(misses.Concat(Enumerable.Repeat(false, 30)).Take(30).Select(m => m ? 2f : 0f));
        Assert.Equal(Run(decorators), Run(decorators.Reverse()));
    }

    [Fact]
    public void Sessions_count_for_themselves()
    {
        var policy = Eager.WithMaximumSkips(1);
        var first = new PolicyWalk(policy, 5).Next(0).Next(0);
        var second = new PolicyWalk(policy, 5).Next(0).Next(0);
        Assert.False(first.FullyComputed);
        Assert.False(second.FullyComputed);
    }

    [Fact]
    public void A_negative_count_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Eager.WithWarmup(-1));
}
