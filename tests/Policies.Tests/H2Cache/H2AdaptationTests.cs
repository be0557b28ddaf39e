namespace CachePolicies.Policies.Tests.H2Cache;

public class H2AdaptationTests
{
    private static H2Adaptation Of(float start = 1, float end = 1, float reaction = 1, float maximum = 2) =>
        new(new H2AdaptiveOptions { StartFactor = start, EndFactor = end, Reaction = reaction, MaximumReaction = maximum });

    [Theory]
    [InlineData(0, 2f)]
    [InlineData(5, 1.25f)]
    [InlineData(10, 0.5f)]
    public void The_schedule_goes_linearly_from_start_to_end(int index, float factor) =>
        Assert.Equal(factor, Of(2, 0.5f).Factor(new EvaluationInfo(index, 11, 0, 0), H2Growth.None), 5);

    [Theory]
    [InlineData(0.1, 0.1, 1f)]
    [InlineData(0.1, 0.16, 0.625f)]
    [InlineData(0.16, 0.1, 1.6f)]
    [InlineData(0.1, 9, 0.5f)]
    [InlineData(0.1, 0, 2f)]
    [InlineData(0, 0, 1f)]
    public void Thresholds_fall_while_the_image_changes_faster_than_usual(double mean, double latest, float factor) =>
        Assert.Equal(factor, Of().Factor(default, new H2Growth(mean, latest, 3)), 5);

    [Fact]
    public void Growth_is_per_evaluation_since_the_reference_moved()
    {
        var growth = H2Growth.None.Seen(0.1f, 1).Seen(0.6f, 2).Seen(float.PositiveInfinity, 3).Seen(float.NaN, 1);
        Assert.Equal((0.2, 0.3, 2), (Math.Round(growth.Mean, 6), Math.Round(growth.Latest, 6), growth.Count));
    }

    [Theory]
    [InlineData(H2CacheVariant.Paper)]
    [InlineData(H2CacheVariant.FirstBlockResidual)]
    public void A_sudden_change_tightens_the_thresholds(H2CacheVariant variant)
    {
        PolicyWalk Walk(bool adaptive)
        {
            var options = new H2CacheOptions { Variant = variant, StructureThreshold = 0.2f, DetailThreshold = 0.2f, Adaptive = { Enabled = adaptive, Reaction = 1 } };
            var walk = new PolicyWalk(CachePolicy.H2Cache(options), 20).Next(0);
            return walk.Next(0.01f).Next(0.02f).Next(0.19f);
        }

        Assert.False(Walk(adaptive: false).Next(0.19f).FullyComputed);
        Assert.True(Walk(adaptive: true).Next(0.19f).FullyComputed);
    }

    [Property(Arbitrary = [typeof(Values)])]
    public void A_threshold_of_zero_never_hits_however_large_the_factor(Distance[] distances)
    {
        var options = new H2CacheOptions { StructureThreshold = 0, DetailThreshold = 0, Adaptive = { Enabled = true, StartFactor = float.MaxValue, MaximumReaction = 1000, Reaction = 4 } };
        Assert.DoesNotContain('r', new PolicyWalk(CachePolicy.H2Cache(options), 20).Letters(distances.Take(20).Select(d => d.Value)));
    }
}
