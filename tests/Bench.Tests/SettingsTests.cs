using CachePolicies.Policies;

namespace CachePolicies.Bench.Tests;

public class SettingsTests
{
    private static readonly MagCacheCalibration Calibration = new("any", [1, 1], []);

    [Fact]
    public void Every_row_of_the_sweep_is_a_policy_of_its_own_settings()
    {
        var rows = PolicySweep.All(fitted: [2, 0]);

        Assert.Distinct(rows.Select(r => (r.Policy, r.Settings)));
        Assert.All(rows, r => Assert.NotNull(r.Instance));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Every_setting_of_the_catalogue_makes_a_policy(int forcedLast)
    {
        foreach (var policy in CataloguePolicies.All(Calibration))
        {
            Assert.Distinct(policy.Settings.Select(s => s.Text));
            Assert.All(policy.Settings, s => Assert.NotNull(s.Create(forcedLast)));
        }
    }

    [Fact]
    public void The_catalogue_has_every_policy_that_the_project_has()
    {
        var used = CataloguePolicies.All(Calibration).Select(p => p.Settings[0].Create(0).Name).ToHashSet();
        var factories = typeof(CachePolicy).GetMethods().Where(m => m.ReturnType == typeof(ICachePolicy) && !m.IsSpecialName).Select(m => m.Name);

        Assert.Equal(factories.Order(), used.Order());
    }

    [Fact]
    public void Every_policy_of_the_batch_takes_thresholds() => Assert.All(BatchPolicies.All, p => Assert.NotNull(p.Create(2 * p.Threshold)));

    [Fact]
    public void Rows_are_chosen_by_their_policy_or_settings()
    {
        var rows = PolicySweep.All(fitted: [2, 0]);

        Assert.All(rows.Matching("dicache"), r => Assert.Equal("DiCache", r.Policy));
        Assert.Contains("--only is 'nothing'", Assert.Throws<ArgumentException>(() => rows.Matching("nothing")).Message, StringComparison.Ordinal);
    }
}
