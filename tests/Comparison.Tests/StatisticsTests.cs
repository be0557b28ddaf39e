namespace CachePolicies.Comparison.Tests;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 7.0 }, 7)]
    [InlineData(new[] { 9.0, 1, 2 }, 2)]
    [InlineData(new[] { 10.0, 1, 3, 2 }, 2.5)]
    public void The_median_is_the_middle_value_or_the_mean_of_both(double[] values, double median) => Assert.Equal(median, values.Median(), 12);
}
