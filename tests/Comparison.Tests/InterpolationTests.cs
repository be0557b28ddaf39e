namespace CachePolicies.Comparison.Tests;

public class InterpolationTests
{
    private static readonly (double, double)[] Sweep = [(50, 2), (40, 8), (30, 16)];

    [Theory]
    [InlineData(10, 1)]
    [InlineData(100, 3)]
    [InlineData(31.6227766, 2)]
    [InlineData(9.9, double.NaN)]
    [InlineData(1000.1, double.NaN)]
    public void Values_are_linear_in_the_logarithm_and_unknown_outside(double x, double expected) =>
        Assert.Equal(expected, Interpolation.AtLogarithm([(10, 1), (100, 3), (1000, 4)], x), 1e-6);

    [Theory]
    [InlineData(50, 2)]
    [InlineData(45, 4)]
    [InlineData(40, 8)]
    [InlineData(35, 11.3137085)]
    public void The_ratio_at_a_quality_lies_between_its_neighbours(double decibels, double expected)
    {
        var at = Interpolation.RatioAt(Sweep, decibels);

        Assert.Equal(expected, at.Ratio, 1e-6);
        Assert.False(at.IsLowerBound);
    }

    [Fact]
    public void Where_every_point_is_better_the_largest_ratio_is_a_lower_bound() => Assert.Equal(new AtQuality(16, true), Interpolation.RatioAt(Sweep, 20));

    [Fact]
    public void Where_no_point_is_as_good_there_is_no_ratio() => Assert.True(double.IsNaN(Interpolation.RatioAt(Sweep, 51).Ratio));

    [Fact]
    public void Points_that_others_beat_and_exact_ones_say_nothing() =>
        Assert.Equal(Interpolation.RatioAt(Sweep, 38), Interpolation.RatioAt([(39, 7), .. Sweep, (double.PositiveInfinity, 1), (double.NaN, 99)], 38));

    [Fact]
    public void Nothing_measured_gives_nothing() => Assert.True(double.IsNaN(Interpolation.RatioAt([], 40).Ratio));
}
