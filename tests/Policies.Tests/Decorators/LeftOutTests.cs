namespace CachePolicies.Policies.Tests.Decorators;

/// <summary>Rules count what ran: a lane may be left out of evaluations, and a run may begin in the middle of a schedule.</summary>
public class LeftOutTests
{
    private static readonly float[] Same = [.. Enumerable.Repeat(0f, 40)];

    private static ICachePolicy Eager => CachePolicy.BlockCache(new BlockCacheOptions { Threshold = 1 });

    [Fact]
    public void Evaluations_that_a_lane_missed_count_as_skips_in_a_row()
    {
        var walk = new PolicyWalk(Eager.WithMaximumConsecutiveSkips(3), 20);
        Assert.Equal("Cr", walk.Letters(Same[..2]));
        Assert.Equal("rC", walk.LeaveOut(1).Letters(Same[..2]));
        Assert.Equal("C", walk.LeaveOut(9).Letters(Same[..1]));
    }

    [Fact]
    public void A_computed_evaluation_of_the_mask_that_a_lane_missed_is_made_up_for()
    {
        var walk = new PolicyWalk(Eager.WithStepMask(StepMask.Parse("CrrCrrrrCrrr")), 12);
        Assert.Equal("CC", walk.Letters(Same[..1]) + walk.LeaveOut(4).Letters(Same[..1]));
        Assert.Equal("rr", walk.Letters(Same[..2]));
        Assert.Equal("Crr", walk.LeaveOut(1).Letters(Same[..3]));
    }

    [Fact]
    public void Warm_up_is_of_the_first_evaluations_that_run()
    {
        var late = new PolicyWalk(Eager.WithWarmup(3), 30).LeaveOut(18);
        Assert.Equal("CCCrr", late.Letters(Same[..5]));
    }

    [Fact]
    public void TaylorSeer_computes_after_a_gap_that_is_longer_than_its_interval()
    {
        var walk = new PolicyWalk(CachePolicy.TaylorSeer(new TaylorSeerOptions { WarmupSteps = 3, Interval = 5 }), 30);
        Assert.Equal("CCCr", walk.Letters(Same[..4]));
        Assert.Equal("rC", walk.LeaveOut(2).Letters(Same[..2]));
        Assert.Equal("Cr", walk.LeaveOut(15).Letters(Same[..2]));
    }

    [Fact]
    public void DiCache_retains_the_early_part_of_the_whole_schedule()
    {
        DiCacheOptions options = new() { Threshold = 1000, RetentionRatio = 0.4, ForcedLastSteps = 0 };
        Assert.Equal("CCCCCrrrrr", new PolicyWalk(CachePolicy.DiCache(options), 10).Letters(Same[..10]));

        // The same noise levels as the last six of ten, as evaluations 4 to 9 of 10 and as a schedule of their own.
        var middle = new PolicyWalk(CachePolicy.DiCache(options), 10).LeaveOut(4);
        var own = new PolicyWalk(CachePolicy.DiCache(options), 6, sigma: i => 0.6f - (i / 10f));
        Assert.Equal("Crrrrr", middle.Letters(Same[..6]));
        Assert.Equal("Crrrrr", own.Letters(Same[..6]));
    }

    [Fact]
    public void Growth_is_that_of_one_evaluation_however_many_were_missed()
    {
        H2CacheOptions options = new() { StructureThreshold = 0.1f, DetailThreshold = 0, Adaptive = { Enabled = true, Reaction = 1, MaximumReaction = 100 } };

        // A distance of 0.02 after two evaluations, then 0.06 after six: the same growth, and the threshold stays.
        var walk = new PolicyWalk(CachePolicy.H2Cache(options), 40);
        walk.Letters(0f, 0.01f, 0.02f);
        walk.LeaveOut(3);
        walk.Next(0.06f);
        Assert.Equal(0.1f, walk.Next(0.07f).Decisions[0].Threshold!.Value, 1e-4f);
    }
}
