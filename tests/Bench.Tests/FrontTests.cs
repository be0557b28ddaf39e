namespace CachePolicies.Bench.Tests;

public class FrontTests
{
    [Theory]
    [InlineData(28)]
    [InlineData(50)]
    [InlineData(100)]
    public void Every_entry_has_a_name_of_its_own_and_settings_that_its_policy_takes(int steps)
    {
        var labels = FrontEntry.All(steps).Select(e => e.Label).ToArray();

        Assert.Equal(labels.Distinct(), labels);
        Assert.Contains(labels, l => l.StartsWith("LogSnr", StringComparison.Ordinal));
    }
}
