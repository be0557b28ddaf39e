using CachePolicies.Policies;

namespace CachePolicies.Bench.Tests;

public class SettingsTests
{
    private static readonly MagCacheCalibration Calibration = new("any", [1, 1], []);

    private static readonly DenoiserLayout Layout = LayoutOfTheSampleModel();

    [Fact]
    public void Every_row_of_the_sweep_is_a_policy_of_its_own_settings()
    {
        Assert.Distinct(PolicySweep.All.Select(e => (e.Policy, e.Text)));
        Assert.All(PolicySweep.All, e => Assert.Equal(e.Settings.Order(), e.ToCompared("any").Options.Concat(Published(e)).Order()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Every_setting_of_the_catalogue_makes_a_policy(int forcedLast)
    {
        foreach (var variant in CatalogueVariants.All(Layout))
        {
            var rungs = Enumerable.Range(0, variant.Ladder.Count).Select(r => variant.At(r, forcedLast).ToCompared(variant.Label(forcedLast), Prepare)).ToArray();

            Assert.Distinct(rungs.Select(r => string.Join(' ', r.Settings)));
            Assert.All(rungs, r => Assert.Contains($"ForcedLastSteps={forcedLast}", r.Settings));
        }
    }

    [Fact]
    public void The_catalogue_has_every_policy_that_the_project_has() => Assert.Equal(
        PolicyCatalog.All.Select(p => p.Name).Where(n => n != "None"),
        CatalogueVariants.All(Layout).Select(v => v.Policy).Distinct());

    [Fact]
    public void Every_policy_of_the_batch_takes_thresholds() => Assert.All(BatchPolicies.All, p => Assert.NotNull(p.Create(2 * p.Threshold)));

    [Fact]
    public void Rows_are_chosen_by_their_policy_or_settings()
    {
        Assert.All(SweepEntry.Matching(PolicySweep.All, "dicache"), r => Assert.Equal("DiCache", r.Name));
        Assert.All(SweepEntry.Matching(PolicySweep.All, "FirstBlock"), r => Assert.Contains("Variant=FirstBlockResidual", r.Settings));
        Assert.Contains("--only is 'nothing'", Assert.Throws<ArgumentException>(() => SweepEntry.Matching(PolicySweep.All, "nothing")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NoCache", "Threshold=1", "There is no policy 'NoCache'.")]
    [InlineData("DiCache", "Treshold=1", "DiCache has no setting 'Treshold=1'.")]
    [InlineData("DiCache", "Threshold=much", "DiCache has no setting 'Threshold=much'.")]
    public void An_entry_that_names_nothing_is_refused(string policy, string setting, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => new SweepEntry(policy, setting).ToCompared("any")).Message);

    private static DenoiserLayout LayoutOfTheSampleModel()
    {
        using var model = SampleModel.Load(BenchOptions.Parse(["catalogue"]));
        return model.Denoiser.Layout;
    }

    private static void Prepare(CachePolicyOptions options)
    {
        if (options is MagCacheOptions magnitudes)
        {
            magnitudes.Calibration = Calibration;
        }
    }

    /// <summary>The entry's settings that are the defaults, which are no options of the row.</summary>
    private static IEnumerable<string> Published(SweepEntry entry)
    {
        var policy = PolicyCatalog.Find(entry.Policy)!;
        return entry.Settings.Where(s => policy.Options.Any(o => s == $"{o.Name}={o.Read(policy.CreateOptions())}"));
    }
}
