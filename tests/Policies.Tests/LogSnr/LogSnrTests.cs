namespace CachePolicies.Policies.Tests.LogSnr;

public class LogSnrTests
{
    private static readonly float[] Nothing = new float[100];

    [Fact]
    public void Computes_what_is_nearest_to_marks_evenly_spaced_in_log_snr()
    {
        var letters = new PolicyWalk(CachePolicy.LogSnr(new LogSnrOptions { Evaluations = 7 }), 100).Letters(Nothing);
        var computed = letters.Index().Where(l => l.Item == 'C').Select(l => l.Index).ToArray();
        Assert.Equal(MarksByHand(7, 100), computed);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(18)]
    public void Computes_as_many_as_it_is_told(int evaluations) => Assert.Equal(
        evaluations,
        new PolicyWalk(CachePolicy.LogSnr(new LogSnrOptions { Evaluations = evaluations }), 100).Letters(Nothing).Count(l => l == 'C'));

    [Fact]
    public void A_run_that_starts_at_a_picture_keeps_the_spacing()
    {
        var policy = CachePolicy.LogSnr(new LogSnrOptions { Evaluations = 10 });
        var whole = new PolicyWalk(policy, 100).Letters(Nothing).Count(l => l == 'C');
        var half = new PolicyWalk(policy, 50, sigma: i => 0.5f - (i / 100f)).Letters(Nothing.Take(50)).Count(l => l == 'C');
        Assert.InRange(half, 4, whole - 2);
    }

    [Fact]
    public void More_evaluations_than_steps_compute_no_more_than_there_are() =>
        Assert.Equal('C', new PolicyWalk(CachePolicy.LogSnr(new LogSnrOptions { Evaluations = 1000 }), 4).Letters(0, 0, 0, 0)[0]);

    [Fact]
    public void Decides_before_anything_runs_and_for_both_branches()
    {
        var plan = CachePolicy.LogSnr().Plan(Layouts.Flux);
        Assert.Equal(DecisionScope.PerSample, plan.Scope);
        Assert.All(plan.Skips, s => Assert.Equal((0, Layouts.Flux.Output.Index), (s.From, s.To)));
        Assert.Empty(plan.Measurements);
        Assert.Equal(2, Assert.Single(plan.Kept).Depth);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1001)]
    public void Refuses_a_number_of_evaluations_that_makes_no_sense(int evaluations) => Assert.Contains(
        "Evaluations",
        Assert.Throws<ArgumentException>(() => CachePolicy.LogSnr(new LogSnrOptions { Evaluations = evaluations })).Message,
        StringComparison.Ordinal);

    private static int[] MarksByHand(int evaluations, int steps)
    {
        static double L(double t) => Math.Log((1.35 - t) / t);
        var spacing = (L(0.013) - L(1)) / evaluations;
        return
        [
            .. Enumerable.Range(0, evaluations)
                .Select(i => 1.35 / (1 + Math.Exp(L(1) + (i * spacing))))
                .Select(mark => Enumerable.Range(0, steps).MinBy(k => Math.Abs(1 - (k / (double)steps) - mark))),
        ];
    }
}
