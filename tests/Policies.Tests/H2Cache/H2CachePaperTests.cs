namespace CachePolicies.Policies.Tests.H2Cache;

public class H2CachePaperTests
{
    private static PolicyWalk Started(float structureThreshold = 0.15f, float detailThreshold = 0.18f) => new PolicyWalk(
        CachePolicy.H2Cache(new H2CacheOptions { StructureThreshold = structureThreshold, DetailThreshold = detailThreshold }), 10).Next(0);

    [Fact]
    public void The_first_evaluation_computes_everything() => Assert.True(Started(1, 1).FullyComputed);

    [Theory]
    [InlineData(0.149f, 0.9f, "h")]
    [InlineData(0.15f, 0.179f, "d")]
    [InlineData(0.15f, 0.18f, "C")]
    [InlineData(0.9f, 0f, "d")]
    [InlineData(float.NaN, 0.1f, "d")]
    [InlineData(float.NaN, float.NaN, "C")]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, "C")]
    public void Two_thresholds_make_three_regimes(float structure, float detail, string regime) =>
        Assert.Equal(regime, Regime(Started(), structure, detail));

    [Property(Arbitrary = [typeof(Values)], MaxTest = 1000)]
    public void Regimes_partition_the_plane(Distance structure, Distance detail, Threshold first, Threshold second)
    {
        var regime = Regime(Started(first.Value, second.Value), structure.Value, detail.Value);
        var hits = structure.Value < first.Value;
        Assert.Equal(hits ? "h" : detail.Value < second.Value ? "d" : "C", regime);
    }

    [Fact]
    public void A_full_hit_measures_once_and_runs_nothing()
    {
        var walk = Started().Next(0.1f);
        Assert.Equal(["structure"], walk.Asked);
        Assert.Equal(default, walk.Computed);
    }

    [Fact]
    public void A_detail_hit_computes_the_structure_stage()
    {
        var walk = Started().Next(key => key == "structure" ? 1 : 0.1f);
        Assert.Equal(StageSet.Between(0, 4), walk.Computed);
        Assert.Equal(["structure", "detail"], walk.Asked);
    }

    [Theory]
    [InlineData(H2ReferenceUpdate.FullCompute, ReferenceUpdate.WhenFullyComputed)]
    [InlineData(H2ReferenceUpdate.AnyCompute, ReferenceUpdate.WhenAnyComputed)]
    public void References_move_as_the_option_says(H2ReferenceUpdate option, ReferenceUpdate moves)
    {
        var plan = CachePolicy.H2Cache(new H2CacheOptions { ReferenceUpdate = option }).Plan(Layouts.Flux);
        Assert.All(plan.Measurements, m => Assert.Equal(moves, m.Update));
        Assert.Equal(["latent", "structure"], plan.Measurements.Select(m => m.Subject.ToString()));
    }

    [Fact]
    public void Both_skips_share_one_kept_output()
    {
        var plan = CachePolicy.H2Cache().Plan(Layouts.Flux);
        Assert.Equal([(0, 8), (4, 8)], plan.Skips.Select(s => (s.From, s.To)));
        var kept = Assert.Single(plan.Kept);
        Assert.Equal((8, (int?)null, 1), (kept.To, kept.Base, kept.Depth));
    }

    [Fact]
    public void Extrapolates_whole_outputs_where_it_is_told()
    {
        var options = new H2CacheOptions { Approximation = { Method = SkipMethod.Taylor, Order = 2, Damping = 0.5f } };
        Assert.All(CachePolicy.H2Cache(options).Plan(Layouts.Flux).Skips, s => Assert.Equal(new Extrapolate(2, null, ExtrapolationCoordinate.Index, 0.5f), s.Approximation));
    }

    internal static string Regime(PolicyWalk walk, float structure, float detail)
    {
        walk.Next(key => key == "structure" ? structure : detail);
        return walk switch
        {
            { FullyComputed: true } => "C",
            _ when walk.Decisions[0].IsSkip => "h",
            _ => "d",
        };
    }
}
