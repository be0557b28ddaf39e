using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies.Tests.H2Cache;

public class H2CacheFirstBlockTests
{
    private static readonly StageSet BeyondStructure = StageSet.Between(2, 4);
    private static readonly StageSet BeyondDetail = StageSet.Between(5, 7);

    private static PolicyWalk Started(float structureThreshold = 0.15f, float detailThreshold = 0.22f) => new PolicyWalk(
        CachePolicy.H2Cache(new H2CacheOptions
        {
            Variant = H2CacheVariant.FirstBlockResidual,
            StructureThreshold = structureThreshold,
            DetailThreshold = detailThreshold,
        }),
        10).Next(0);

    [Fact]
    public void Measures_the_residuals_of_both_first_blocks()
    {
        var plan = CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual }).Plan(Layouts.Flux);
        Assert.Equal(["structure.probe − embedded", "detail.probe/residual"], plan.Measurements.Select(m => m.Subject.ToString()));
        Assert.All(plan.Measurements, m => Assert.Equal(ReferenceUpdate.WhenStageComputed, m.Update));
        Assert.Equal([new AddResidual(StructureProbe), new AddResidual(DetailProbe)], plan.Skips.Select(s => s.Approximation));
    }

    [Fact]
    public void A_structure_hit_forces_the_detail_hit_without_a_measurement()
    {
        var walk = Started().Next(key => key == "structure" ? 0.1f : 9);
        Assert.Equal(["structure"], walk.Asked);
        Assert.False(walk.Computed.Contains(BeyondStructure) || walk.Computed.Contains(BeyondDetail));
    }

    [Fact]
    public void Both_first_blocks_always_run()
    {
        var walk = Started(1, 1).Next(0);
        Assert.Equal(StageSet.Between(0, 2).With(4).With(7), walk.Computed);
    }

    [Fact]
    public void A_structure_miss_leaves_the_detail_stage_to_its_own_threshold()
    {
        var walk = Started().Next(key => key == "structure" ? 9 : 0.21f);
        Assert.True(walk.Computed.Contains(BeyondStructure));
        Assert.False(walk.Computed.Contains(BeyondDetail));
        Assert.True(Started().Next(key => key == "structure" ? 9 : 0.22f).FullyComputed);
    }

    [Fact]
    public void An_overruled_structure_hit_forces_nothing()
    {
        var walk = Started().Next(key => key == "structure" ? 0.1f : 9, overrule: true);
        Assert.Equal(["structure", "detail"], walk.Asked);
    }

    [Property(Arbitrary = [typeof(Values)], MaxTest = 1000)]
    public void Regimes_partition_the_plane(Distance structure, Distance detail, Threshold first, Threshold second)
    {
        var walk = Started(first.Value, second.Value).Next(key => key == "structure" ? structure.Value : detail.Value);
        var structureRan = walk.Computed.Contains(BeyondStructure);
        var detailRan = walk.Computed.Contains(BeyondDetail);
        Assert.Equal(!(structure.Value < first.Value), structureRan);
        Assert.Equal(structureRan && !(detail.Value < second.Value), detailRan);
    }

    [Fact]
    public void Aligns_each_stage_by_its_own_probe()
    {
        var options = new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual, Approximation = { Method = SkipMethod.Aligned } };
        Assert.Equal(
            [new AlignTrajectory(Embedded, StructureProbe), new AlignTrajectory(Structure, DetailProbe)],
            CachePolicy.H2Cache(options).Plan(Layouts.Flux).Skips.Select(s => s.Approximation));
    }

    [Fact]
    public void A_layout_without_the_residual_signal_is_refused_by_name()
    {
        var policy = CachePolicy.H2Cache(new H2CacheOptions { Variant = H2CacheVariant.FirstBlockResidual });
        var refused = Assert.Throws<CachePlanException>(() => policy.Plan(Layouts.Create(residual: false)));
        Assert.Contains("detail.probe/residual", refused.Message, StringComparison.Ordinal);
    }
}
