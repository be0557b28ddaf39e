using CachePolicies.Testing;

namespace CachePolicies.Policies.Tests.SeaCache;

public class SeaCacheTests
{
    private static readonly EvaluationInfo Now = new(1, 2, 0, 0.5f);
    private static readonly EvaluationInfo Before = new(0, 2, 0, 0.8f);

    [Fact]
    public void Skips_while_the_sum_is_below_the_threshold_and_at_most_twice_in_a_row()
    {
        string Letters(int? inARow) => new PolicyWalk(CachePolicy.SeaCache(new SeaCacheOptions { Threshold = 0.45f, MaximumConsecutiveSkips = inARow }), 20)
            .Letters(0, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.3f, 0.3f);
        Assert.Equal("CrrCrrCr", Letters(2));
        Assert.Equal("CrrrrCrC", Letters(null));
        Assert.Equal(2, new SeaCacheOptions().MaximumConsecutiveSkips);
    }

    [Fact]
    public void First_and_last_are_computed_and_what_is_not_finite_computes()
    {
        var policy = CachePolicy.SeaCache(new SeaCacheOptions { Threshold = 100 });
        Assert.Equal("CrC", new PolicyWalk(policy, 3).Letters(0, 0, 0));
        Assert.Equal("CCrCr", new PolicyWalk(policy, 9).Letters(0, float.NaN, 0, float.PositiveInfinity, 0));
    }

    [Fact]
    public void The_distance_is_that_of_two_signals_each_filtered_at_its_own_noise_level()
    {
        // Two elements: mean and half difference are multiplied by the gains of the frequencies 0 and ½ over their mean.
        // Now, a = b = ½: 2 and 1.6 over 1.8. Before, a = 0.2, b = 0.8: 5 and 1 over 3.
        float[] now = [3, 1], before = [3, 0];
        double[] filtered = [(2 * 2 / 1.8) + (1 * 1.6 / 1.8), (2 * 2 / 1.8) - (1 * 1.6 / 1.8)], reference = [(1.5 * 5 / 3) + (1.5 / 3), (1.5 * 5 / 3) - (1.5 / 3)];
        var expected = (Math.Abs(filtered[0] - reference[0]) + Math.Abs(filtered[1] - reference[1])) / (reference[0] + reference[1]);
        Assert.Equal(expected, Measure(new TensorShape(1, 1, 2), now, before, Now, Before), 1e-5);
    }

    [Fact]
    public void Noise_counts_less_the_more_of_it_there_is()
    {
        // The same change of sign from element to element, of which nothing but noise can be made out early on.
        float[] Checkered(float amount) => [.. Enumerable.Range(0, 64).Select(i => 1 + (((i / 8) + i) % 2 == 0 ? amount : -amount))];
        double At(float sigma) => Measure(new TensorShape(1, 8, 8), Checkered(0.3f), Checkered(0), Now with { Sigma = sigma }, Before with { Sigma = sigma });
        Assert.True(At(0.95f) < At(0.5f) / 10);
        Assert.True(At(0.5f) < At(0.05f));
        Assert.InRange(At(0.001f), 0.29, 0.31);
    }

    [Theory]
    [InlineData("4x3", "4, 3")]
    [InlineData(null, "12")]
    public void Tokens_lie_in_the_grid_that_is_said_or_in_a_line(string? grid, string expected)
    {
        var axes = SignalGrid.AxesOf(new TensorShape(12, 5), new TensorShape(6, 8), grid);
        Assert.Equal(expected, string.Join(", ", axes.Select(a => a.Size)));
        Assert.Equal(5, axes[^1].Stride);
    }

    [Fact]
    public void The_latent_says_how_tokens_lie()
    {
        Assert.Equal([(3, 35), (7, 5)], SignalGrid.AxesOf(new TensorShape(21, 5), new TensorShape(4, 6, 14), null));
        Assert.Equal([(2, 105), (3, 35), (7, 5)], SignalGrid.AxesOf(new TensorShape(42, 5), new TensorShape(4, 2, 6, 14), null));
        Assert.Equal([(6, 14), (14, 1)], SignalGrid.AxesOf(new TensorShape(4, 6, 14), new TensorShape(4, 6, 14), null));
    }

    [Fact]
    public void A_grid_that_does_not_hold_the_tokens_is_refused_by_name()
    {
        var wrong = Assert.Throws<CachePlanException>(() => SignalGrid.AxesOf(new TensorShape(12, 5), new TensorShape(6, 8), "5x3"));
        Assert.Contains("12 tokens, which the grid 5x3 cannot hold; set Grid", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("expected two or three sizes", Assert.Single(new SeaCacheOptions { Grid = "64" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("SeaCache's distance is its filter", Assert.Single(new SeaCacheOptions { PerFrame = true }.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void On_latents_it_decides_before_anything_runs_on_any_model()
    {
        var plan = CachePolicy.SeaCache(new SeaCacheOptions { Signal = SeaCacheSignal.Latent }).Plan(Layouts.Unsplit);
        Assert.Equal(((int, int, Approximation))(0, 1, Approximation.ReuseOutput), plan.Skips.Select(s => (s.From, s.To, s.Approximation)).Single());
        Assert.Contains("takes the tokens of 'latent' for a grid of 2x2", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_replaces_the_plain_residual_by_first_order() => Assert.Equal(
        new Extrapolate(1, BoundaryRole.Embedded),
        CachePolicy.SeaCache(new SeaCacheOptions { Approximation = { Method = SkipMethod.Taylor } }).Plan(Layouts.Flux).Skips.Single().Approximation);

    private static double Measure(TensorShape shape, float[] current, float[] reference, EvaluationInfo now, EvaluationInfo before)
    {
        var distance = new WienerDistance(shape, null, null);
        var scalars = new float[distance.ScalarCount];
        distance.FillScalars(now, before, scalars);
        return ReferenceArithmetic.Evaluate(distance.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape), [(current, shape), (reference, shape)], scalars)[0];
    }
}
