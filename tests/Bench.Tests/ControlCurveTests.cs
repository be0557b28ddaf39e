namespace CachePolicies.Bench.Tests;

public class ControlCurveTests
{
    [Theory]
    [InlineData(100, 5, 80)]
    [InlineData(28, 1, 22)]
    [InlineData(1, 1, 1)]
    public void The_ladder_rises_from_a_twentieth_of_the_steps_to_most_of_them(int steps, int first, int last)
    {
        var ladder = new ControlCurve(steps).Ladder;

        Assert.Equal((first, last), (ladder[0], ladder[^1]));
        Assert.Equal(ladder.Distinct().Order(), ladder);
    }

    [Fact]
    public void Means_are_of_each_kind_of_prompts()
    {
        var curve = new ControlCurve(100);
        curve.Add(isNew: false, steps => steps);
        curve.Add(isNew: false, steps => steps + 2);
        curve.Add(isNew: true, steps => 10 * steps);

        Assert.Equal(new KnownNew(6, 50), curve.PsnrOf(5));
        Assert.Contains((6.0, 20.0), curve.Speedups(onNew: false));
    }

    [Fact]
    public void A_kind_without_prompts_is_unknown()
    {
        var curve = new ControlCurve(100);
        curve.Add(isNew: false, steps => steps);

        Assert.True(double.IsNaN(curve.PsnrOf(5).New));
        Assert.Equal("5.0 / –", curve.PsnrOf(5).ToString());
    }
}
