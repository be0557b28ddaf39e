using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies.Tests.EasyCache;

public class EasyCacheTests
{
    private static PolicyWalk Walk(float threshold, int warmup = 0, int evaluations = 20) =>
        new(CachePolicy.EasyCache(new EasyCacheOptions { Threshold = threshold, WarmupSteps = warmup }), evaluations, Layouts.Unsplit);

    private static Func<string, float> Changes(float input, float computedInput, float computedOutput, float magnitude) => key => key switch
    {
        "input" => input,
        "computed-input" => computedInput,
        "computed-output" => computedOutput,
        _ => magnitude,
    };

    [Fact]
    public void Needs_two_computed_evaluations_to_know_the_rate() =>
        Assert.Equal("CCrr", Walk(1000).Letters(0.1f, 0.1f, 0.1f, 0.1f));

    [Fact]
    public void Predicts_the_output_s_change_by_the_rate_of_the_last_computed_steps()
    {
        // k = 0.6 / 0.2 = 3, so a change of 0.1 over an output of magnitude 2 predicts 0.15.
        var walk = Walk(0.4f).Next(0.1f).Next(Changes(9, 0.2f, 0.6f, 2));
        walk.Next(Changes(0.1f, 7, 7, 7));
        Assert.Equal(0.15, walk.Decisions[0].Value!.Value, 6);
        walk.Next(Changes(0.1f, 7, 7, 7));
        Assert.Equal(0.3, walk.Decisions[0].Value!.Value, 6);
        Assert.False(walk.FullyComputed);
        Assert.True(walk.Next(Changes(0.1f, 0.2f, 0.2f, 1)).FullyComputed);
        walk.Next(Changes(0.1f, 7, 7, 7));
        Assert.Equal(0.1, walk.Decisions[0].Value!.Value, 6);
    }

    [Fact]
    public void Works_on_an_unsplit_model_and_adds_what_the_output_was_beyond_the_latent()
    {
        var plan = CachePolicy.EasyCache().Plan(Layouts.Unsplit);
        Assert.Equal(new AddResidual(Latent), Assert.Single(plan.Skips).Approximation);
    }

    [Fact]
    public void Whole_outputs_are_reused_where_the_latent_has_other_channels()
    {
        var layout = new DenoiserLayout(
            "odd",
            [],
            [
                new("latent", Latent, new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape(4, 8))),
                new("output", Output, new TensorDescriptor("image", TensorKind.State, ElementType.Float32, new TensorShape(4, 4))),
            ],
            [new("all", "latent/image")]);
        var policy = CachePolicy.EasyCache(new EasyCacheOptions { Threshold = 1000, WarmupSteps = 2, ForcedLastSteps = 0 });
        Assert.Same(Approximation.ReuseOutput, Assert.Single(policy.Plan(layout).Skips).Approximation);
        Assert.Equal("CCrr", new PolicyWalk(policy, 4, layout).Letters(0.1f, 0.1f, 0.1f, 0.1f));
        var taylor = CachePolicy.EasyCache(new EasyCacheOptions { Approximation = { Method = SkipMethod.Taylor } });
        Assert.Null(Assert.IsType<Extrapolate>(Assert.Single(taylor.Plan(layout).Skips).Approximation).Base);
    }

    [Fact]
    public void Learns_the_rate_in_warm_up() => Assert.Equal("CCCr", Walk(1000, warmup: 3).Letters(0.1f, 0.1f, 0.1f, 0.1f));

    [Theory]
    [InlineData(0.1f, 0f, 0f, 1f)] // 0/0: the rate is unknown.
    [InlineData(0.1f, 0f, 1f, 1f)] // A change of the output without one of the input.
    [InlineData(0.1f, 1f, 1f, 0f)] // An output of zeros.
    [InlineData(float.NaN, 1f, 1f, 1f)]
    public void What_cannot_be_predicted_is_computed(float input, float computedInput, float computedOutput, float magnitude) =>
        Assert.True(Walk(1000).Next(1).Next(Changes(1, computedInput, computedOutput, magnitude)).Next(Changes(input, 1, 1, 1)).FullyComputed);

    [Property(Arbitrary = [typeof(Values)])]
    public void Threshold_zero_never_skips(Distance[] distances) =>
        Assert.DoesNotContain('r', Walk(0).Letters(distances.Take(20).Select(d => d.Value)));
}
