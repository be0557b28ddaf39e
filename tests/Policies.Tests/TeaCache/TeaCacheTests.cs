namespace CachePolicies.Policies.Tests.TeaCache;

public class TeaCacheTests
{
    private static TeaCacheOptions Identity(float threshold) => new() { Threshold = threshold, Coefficients = [1, 0] };

    private static PolicyWalk Walk(TeaCacheOptions options, int evaluations = 20, DenoiserLayout? layout = null) => new(CachePolicy.TeaCache(options), evaluations, layout);

    [Fact]
    public void Skips_while_the_sum_is_below_the_threshold_and_starts_again_after_computing() =>
        Assert.Equal("CrrCrrC", Walk(Identity(0.25f)).Letters(0, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.05f));

    [Fact]
    public void The_last_evaluation_is_computed_without_a_measurement()
    {
        var walk = Walk(Identity(100), evaluations: 3);
        Assert.Equal("Cr", walk.Letters(0, 0));
        Assert.True(walk.Next(0).FullyComputed);
        Assert.Empty(walk.Asked);
    }

    [Fact]
    public void An_overruled_skip_resets_the_sum()
    {
        var walk = Walk(Identity(0.25f)).Next(0).Next(0.2f);
        Assert.False(walk.FullyComputed);
        walk.Next(_ => 0.01f, overrule: true);
        Assert.False(walk.Next(0.2f).FullyComputed);
    }

    [Fact]
    public void The_reference_is_the_previous_evaluation_s() => Assert.Equal(
        ReferenceUpdate.EveryEvaluation, Assert.Single(CachePolicy.TeaCache().Plan(Layouts.Flux).Measurements).Update);

    [Fact]
    public void The_sum_is_shown_beside_its_threshold()
    {
        var walk = Walk(Identity(0.25f)).Next(0).Next(0.1f).Next(0.1f);
        var decision = walk.Decisions[1];
        Assert.Equal((0.2, 0.25f, true), (Math.Round(decision.Value!.Value, 6), decision.Threshold!.Value, decision.IsAccumulated));
    }

    [Theory]
    [InlineData(true, 0.2)]
    [InlineData(false, -0.4)]
    public void A_negative_polynomial_is_clamped_or_raw(bool clamp, double expected) =>
        Assert.Equal(expected, TeaCacheDecision.Accumulate(0.2, 0.4f, [-1, -0.2], clamp), 6);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_distance_that_is_not_finite_computes_whatever_the_polynomial_s_sign(float distance) =>
        Assert.All([true, false], clamp => Assert.Equal(double.PositiveInfinity, TeaCacheDecision.Accumulate(0, distance, [-1, 0], clamp)));

    [Fact]
    public void A_polynomial_that_is_negative_at_zero_never_skips_with_threshold_zero()
    {
        var options = new TeaCacheOptions { Threshold = 0, Family = TeaCacheFamily.CogVideoX2B, Signal = "modulated", ClampNegative = false };
        Assert.Equal("CCCC", Walk(options).Letters(0, 0, 0, 0));
    }

    [Theory]
    [InlineData(0.05, 0.1805026249)]
    [InlineData(0.2, 0.2619951806)]
    public void Evaluates_from_the_highest_power_down(double x, double expected) =>
        Assert.Equal(expected, TeaCacheDecision.Evaluate(TeaCachePreset.Of(TeaCacheFamily.Flux).Coefficients.AsSpan(), x), 9);

    [Fact]
    public void Every_family_has_a_preset() => Assert.All(Enum.GetValues<TeaCacheFamily>(), family => Assert.Equal(5, TeaCachePreset.Of(family).Coefficients.Length));

    [Theory]
    [InlineData(TeaCacheFamily.Wan21Large)]
    [InlineData(TeaCacheFamily.CogVideoX15)]
    public void A_preset_refuses_a_layout_that_lacks_its_signal(TeaCacheFamily family)
    {
        var policy = CachePolicy.TeaCache(new TeaCacheOptions { Family = family });
        var refused = Assert.Throws<CachePlanException>(() => policy.Plan(Layouts.Flux));
        Assert.Contains("embedded/time", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layout_without_the_modulated_input_is_measured_before_the_first_block_and_says_so()
    {
        var layout = Layouts.Create(modulated: false);
        var plan = CachePolicy.TeaCache().Plan(layout);
        Assert.Equal(MeasurementSubject.StateAt(BoundaryRole.Embedded), Assert.Single(plan.Measurements).Subject);
        Assert.Contains("has no modulated input. Its polynomial was fitted to that: give Coefficients=1,0", Assert.Single(plan.Notes), StringComparison.Ordinal);
        Assert.EndsWith("has no modulated input.", Assert.Single(CachePolicy.TeaCache(new() { Coefficients = [1, 0] }).Plan(layout).Notes), StringComparison.Ordinal);
        var sea = CachePolicy.SeaCache().Plan(layout);
        Assert.Equal(MeasurementSubject.StateAt(BoundaryRole.Embedded), Assert.Single(sea.Measurements).Subject);
        Assert.Contains(sea.Notes, note => note.Contains("measures the state before the first block", StringComparison.Ordinal));
    }

    [Fact]
    public void A_signal_that_was_asked_for_and_is_missing_is_refused_by_name()
    {
        var refused = Assert.Throws<CachePlanException>(() => CachePolicy.TeaCache(new() { Signal = "modulated" }).Plan(Layouts.Create(modulated: false)));
        Assert.Contains("embedded/modulated", refused.Message, StringComparison.Ordinal);
    }

    [Property(Arbitrary = [typeof(Values)])]
    public void Threshold_zero_never_skips(Distance[] distances, TeaCacheFamily family, bool clamp)
    {
        var options = new TeaCacheOptions { Threshold = 0, Family = family, Signal = "modulated", ClampNegative = clamp };
        Assert.DoesNotContain('r', Walk(options).Letters(distances.Take(20).Select(d => d.Value)));
    }

    [Property(Arbitrary = [typeof(Values)], MaxTest = 1000)]
    public void Raising_the_threshold_never_turns_a_hit_into_a_miss(Distance distance, Threshold low, Threshold more, TeaCacheFamily family)
    {
        bool Hits(float threshold) => !Walk(new TeaCacheOptions { Threshold = threshold, Family = family, Signal = "modulated", ClampNegative = false })
            .Next(0).Next(distance.Value).FullyComputed;
        Assert.True(!Hits(low.Value) || Hits(float.Min(low.Value + more.Value, float.MaxValue)));
    }

    [Property(Arbitrary = [typeof(Values)])]
    public void The_sum_is_zero_after_every_computed_evaluation(Distance[] distances)
    {
        var walk = Walk(Identity(0.5f), evaluations: 200).Next(0);
        foreach (var distance in distances.Take(100))
        {
            if (walk.Next(distance.Value).FullyComputed)
            {
                walk.Next(0.25f);
                Assert.Equal(0.25, walk.Decisions[1].Value);
            }
        }
    }
}
