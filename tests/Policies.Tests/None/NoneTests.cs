namespace CachePolicies.Policies.Tests.None;

public class NoneTests
{
    [Fact]
    public void Declares_nothing_and_keeps_nothing()
    {
        var plan = CachePolicy.None.Plan(Layouts.Flux);
        Assert.Empty(plan.Measurements);
        Assert.Empty(plan.Skips);
        Assert.Equal(0, plan.BytesPerLane);
    }

    [Fact]
    public void Computes_everything() => Assert.Equal("CCC", new PolicyWalk(CachePolicy.None, 3).Letters(0, 0, 0));
}
