using System.Text.Json;

namespace CachePolicies.Tool.Tests;

public sealed class TableReplayTests
{
    private static readonly string[] Traces = [.. Directory.GetFiles(ToolRun.CasesFolder, "*.safetensors").Order(StringComparer.Ordinal)];

    public static TheoryData<string, string> Settings => new()
    {
        { "h2cache", "StructurePoolDivisor=6 DetailPoolDivisor=4" },
        { "h2cache", "StructurePoolDivisor=6 DetailPoolDivisor=4 ReferenceUpdate=AnyCompute StructureThreshold=0.1 DetailThreshold=0.4" },
        { "h2cache", "Variant=FirstBlockResidual StructureThreshold=0.1 DetailThreshold=0.3 StructurePoolDivisor=6 DetailPoolDivisor=5" },
        { "blockcache", "Threshold=0.1" },
        { "blockcache", "Threshold=0.2 WarmupSteps=3 MaximumConsecutiveSkips=2" },
        { "teacache", "Threshold=0.15 Coefficients=1,0" },
        { "dicache", "Threshold=0.2 RetentionRatio=0" },
        { "dicache", "Threshold=0.01 ErrorMetric=ProbeMinusInput" },
        { "stepmask", "StepMask=fast" },
        { "none", "" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Decisions_by_table_are_those_of_the_engine(string policy, string settings)
    {
        var made = PolicySettings.Create(policy, settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Policy;
        foreach (var trace in Traces)
        {
            using var run = RecordedRun.Open(trace);
            var engine = run.Replay(made);

            var table = TableReplay.Of(run, made);

            Assert.Equal(engine.Select(r => r.ComputedStages), table.Decisions);
            Assert.Equal(run.Costs.Speedup(engine), table.Speedup, 1e-9);
        }
    }

    [Fact]
    public void Error_is_zero_without_skips_and_grows_with_the_threshold()
    {
        using var run = RecordedRun.Open(ToolRun.Trace);
        double ErrorAt(string threshold) => TableReplay.Of(run, PolicySettings.Create("blockcache", [$"Threshold={threshold}"]).Policy).Error;

        Assert.Equal(0, ErrorAt("0"));
        Assert.True(ErrorAt("0.1") > 0);
        Assert.True(ErrorAt("0.5") > ErrorAt("0.1"));
    }

    [Fact]
    public void Screening_finds_a_front_that_no_setting_beats()
    {
        using var run = RecordedRun.Open(ToolRun.Trace);
        var policy = PolicySettings.Find("blockcache");
        var space = TuningSpace.Of(policy, run.Layout, new ModelFit("", []));

        var screening = Screening.Of(policy, space, [run], TimeProvider.System, CancellationToken.None);

        Assert.Equal(space.Count, screening.Count);
        Assert.NotEmpty(screening.Front);
        Assert.Equal(screening.Front.Select(s => s.Speedup).Order(), screening.Front.Select(s => s.Speedup));
        Assert.Equal(screening.Front.Select(s => s.Error).Order(), screening.Front.Select(s => s.Error));
        Assert.Equal(screening.Front.Select(s => s.Error).Distinct().Count(), screening.Front.Count);
    }

    [Fact]
    public void What_is_given_is_not_searched()
    {
        using var run = RecordedRun.Open(ToolRun.Trace);
        var space = TuningSpace.Of(PolicySettings.Find("h2cache"), run.Layout, new ModelFit("", []));

        var rest = space.With(["structure-threshold=0.2", "MaximumSkips=9"]);

        Assert.Equal(14 * rest.Count, space.Count);
        Assert.All(rest.Settings(), s => Assert.Equal(["structure-threshold=0.2", "MaximumSkips=9"], s.TakeLast(2)));
    }

    [Fact]
    public void Ranks_of_equal_numbers_are_shared()
    {
        Assert.Equal(1, Statistics.RankCorrelation([1, 2, 30], [5, 6, 7]), 1e-12);
        Assert.Equal(-1, Statistics.RankCorrelation([1, 2, 30], [7, 6, 5]), 1e-12);
        Assert.Equal(Math.Sqrt(0.75), Statistics.RankCorrelation([1, 2, 3], [4, 4, 5]), 1e-12);
        Assert.True(double.IsNaN(Statistics.RankCorrelation([1, 2], [1, 2])));
    }

    [Fact]
    public void A_budget_has_room_for_the_first_piece_and_for_what_fits()
    {
        Assert.True(new TimeBudget(TimeProvider.System, TimeSpan.Zero).HasRoom(0, 1.5));
        Assert.False(new TimeBudget(TimeProvider.System, TimeSpan.Zero).HasRoom(1, 1.5));
        Assert.True(new TimeBudget(TimeProvider.System, TimeSpan.FromDays(1)).HasRoom(1, 1.5));
        Assert.True(new TimeBudget(TimeProvider.System, null).Part(0.5).HasRoom(1000, 1.5));
    }

    [Fact]
    public void Teacache_gets_a_polynomial_of_the_model_beside_the_identity()
    {
        using var run = RecordedRun.Open(Traces.First(t => t.Contains("mixed", StringComparison.Ordinal)));

        var fit = ModelFit.To(PolicySettings.Find("teacache"), [run], "");

        Assert.Equal(["Coefficients=1,0"], fit.Settings[0]);
        Assert.Equal(2, fit.Settings.Count);
        Assert.StartsWith("Coefficients=", fit.Settings[1][0], StringComparison.Ordinal);
        Assert.All(fit.Settings, f => PolicySettings.Create("teacache", f));
        Assert.Throws<UsageException>(() => PolicySettings.Find("stepmask").Tuning is null ? TuningSpace.Of(PolicySettings.Find("stepmask"), run.Layout, fit) : null);
    }

    [Fact]
    public void Magcache_ratios_are_stored_with_the_models_fingerprint()
    {
        using var run = RecordedRun.Open(ToolRun.Trace);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        try
        {
            var fit = ModelFit.To(PolicySettings.Find("magcache"), [run], path);

            Assert.Equal([$"CalibrationFile={path}"], Assert.Single(fit.Settings));
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            Assert.Equal(20, json.RootElement.GetProperty("conditional").GetArrayLength());
            Assert.NotEmpty(TuningSpace.Of(PolicySettings.Find("magcache"), run.Layout, fit).Settings().Take(1).Select(s => PolicySettings.Create("magcache", [.. s])));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Settings_become_a_section_of_configuration()
    {
        var section = TunedSection.Settings(PolicySettings.Find("h2cache").Options, ["StructureThreshold=0.1", "MaximumSkips=3", "StepMask=null", "Adaptive.Enabled=true", "Variant=Paper"]);

        Assert.Equal("""{"StructureThreshold":0.1,"MaximumSkips":3,"StepMask":null,"Adaptive":{"Enabled":true},"Variant":"Paper"}""", JsonLine.Text(section));
        Assert.Equal("""{"Coefficients":[1,-0.5]}""", JsonLine.Text(TunedSection.Settings(PolicySettings.Find("teacache").Options, ["Coefficients=1,-0.5"])));
    }
}
