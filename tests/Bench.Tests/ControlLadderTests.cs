namespace CachePolicies.Bench.Tests;

public class ControlLadderTests
{
    [Theory]
    [InlineData(100, 5, 80)]
    [InlineData(28, 1, 22)]
    [InlineData(1, 1, 1)]
    public void The_ladder_rises_from_a_twentieth_of_the_steps_to_most_of_them(int steps, int first, int last)
    {
        var ladder = ControlLadder.Of(steps);

        Assert.Equal((first, last), (ladder[0], ladder[^1]));
        Assert.Equal(ladder.Distinct().Order(), ladder);
    }
}
