namespace CachePolicies.Policies.Tests.Decorators;

public class EstimatorTests
{
    private static readonly DenoiserLayout Layout = Layouts.Flux;

    [Fact]
    public void A_policys_estimator_is_replaced_by_name_and_by_code()
    {
        var named = CachePolicy.H2Cache(new H2CacheOptions { Estimator = "cosine" }).Plan(Layout);
        Assert.All(named.Measurements, m => Assert.Equal("cosine", m.Estimator.Name));

        var mine = SimilarityEstimator.Create("mine", (a, b, _) => (a - b).Abs().Max());
        var one = CachePolicy.H2Cache().WithEstimator(mine, "detail").Plan(Layout);
        Assert.Equal(["pfs", "mine"], one.Measurements.Select(m => m.Estimator.Name));
        Assert.All(CachePolicy.BlockCache().WithEstimator(mine).Plan(Layout).Measurements, m => Assert.Same(mine, m.Estimator));
    }

    [Fact]
    public void A_policy_that_measures_nothing_and_a_measurement_that_is_not_there_are_refused()
    {
        Assert.Contains("measures nothing", Assert.Throws<CachePlanException>(() => CachePolicy.StepMask().WithEstimator(SimilarityEstimator.Cosine).Plan(Layout)).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean detail", Assert.Throws<CachePlanException>(() => CachePolicy.H2Cache().WithEstimator(SimilarityEstimator.Cosine, "detial").Plan(Layout)).Message, StringComparison.Ordinal);
        Assert.Contains("EasyCacheOptions.Estimator is cosine; expected null", Assert.Throws<ArgumentException>(() => CachePolicy.EasyCache(new EasyCacheOptions { Estimator = "cosine" })).Message, StringComparison.Ordinal);
        Assert.Contains("Estimator is closest; expected the name of an estimator", Assert.Throws<ArgumentException>(() => CachePolicy.BlockCache(new BlockCacheOptions { Estimator = "closest" })).Message, StringComparison.Ordinal);
    }
}
