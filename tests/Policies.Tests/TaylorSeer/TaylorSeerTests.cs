using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies.Tests.TaylorSeer;

public class TaylorSeerTests
{
    [Fact]
    public void Computes_every_so_many_after_warm_up()
    {
        var policy = CachePolicy.TaylorSeer(new TaylorSeerOptions { Interval = 3, WarmupSteps = 2 });
        Assert.Equal("CCrrCrrCrr", new PolicyWalk(policy, 10).Letters(Enumerable.Repeat(0f, 10)));
    }

    [Fact]
    public void An_interval_of_one_computes_all() =>
        Assert.Equal("CCCCC", new PolicyWalk(CachePolicy.TaylorSeer(new TaylorSeerOptions { Interval = 1, WarmupSteps = 0 }), 5).Letters(0, 0, 0, 0, 0));

    [Fact]
    public void Extrapolates_residuals_of_the_stack()
    {
        var options = new TaylorSeerOptions { Approximation = { Order = 2, Coordinate = ExtrapolationCoordinate.Sigma, Damping = 0.5f } };
        var plan = CachePolicy.TaylorSeer(options).Plan(Layouts.Flux);
        Assert.Equal(new Extrapolate(2, "embedded", ExtrapolationCoordinate.Sigma, 0.5f), Assert.Single(plan.Skips).Approximation);
        Assert.Equal(3, Assert.Single(plan.Kept).Depth);
        Assert.Empty(plan.Measurements);
    }

    [Fact]
    public void Extrapolates_to_the_first_order_after_three_evaluations_by_default()
    {
        var policy = CachePolicy.TaylorSeer();
        Assert.Equal(new Extrapolate(1, "embedded"), Assert.Single(policy.Plan(Layouts.Flux).Skips).Approximation);
        Assert.Equal("CCCrrrrCrrrrC", new PolicyWalk(policy, 13).Letters(Enumerable.Repeat(0f, 13)));
    }

    [Fact]
    public void Works_on_an_unsplit_model() =>
        Assert.Equal((0, 1), CachePolicy.TaylorSeer(new TaylorSeerOptions { From = "latent", To = "output" }).Plan(Layouts.Unsplit).Skips.Select(s => (s.From, s.To)).Single());

    [Fact]
    public void Every_policy_s_skips_can_be_extrapolated()
    {
        Approximation Of(ICachePolicy policy) => Assert.Single(policy.Plan(Layouts.Flux).Skips).Approximation;
        Assert.Equal(new Extrapolate(1, "structure.probe"), Of(CachePolicy.BlockCache(new BlockCacheOptions { Approximation = { Method = SkipMethod.Taylor } })));
        Assert.Equal(new Extrapolate(1, Embedded), Of(CachePolicy.TeaCache(new TeaCacheOptions { Approximation = { Method = SkipMethod.Taylor } })));
        Assert.Equal(new Extrapolate(1, Embedded), Of(CachePolicy.DiCache(new DiCacheOptions { TrajectoryAlignment = false, Approximation = { Method = SkipMethod.Taylor } })));
        Assert.Equal(new Extrapolate(1, "structure.probe"), Of(CachePolicy.DBCache(new DBCacheOptions { Approximation = { Method = SkipMethod.Taylor } })));
        Assert.Equal(new Extrapolate(1, Latent), Of(CachePolicy.EasyCache(new EasyCacheOptions { Approximation = { Method = SkipMethod.Taylor } })));
    }
}
