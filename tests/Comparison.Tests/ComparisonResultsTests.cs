using System.Text.Json;

namespace CachePolicies.Comparison.Tests;

public sealed class ComparisonResultsTests
{
    private static readonly ComparisonResults Results = ComparedResults.Create(20, ["red apple"], ("teacache", 4, 30), ("h2cache", 2, 40), ("blockcache", 1.5, 35), ("dicache", 5, 29));

    [Fact]
    public void The_front_holds_what_no_other_policy_beats_in_both()
    {
        Assert.Equal(["h2cache", "teacache", "dicache"], Results.ParetoFront().Select(r => r.Label));
    }

    [Fact]
    public void The_control_has_the_steps_that_take_the_policys_time()
    {
        Assert.Equal([5, 10, 13, 4], Results.Policies.Select(Results.ControlStepsOf));
    }

    [Fact]
    public void Json_holds_each_rows_figures_and_each_runs_decisions()
    {
        var json = JsonDocument.Parse(JsonLine.Text(ResultsJson.Whole(Results))).RootElement;

        var row = json.GetProperty("rows")[1];
        Assert.Equal("cachepolicies-comparison/2", json.GetProperty("format").GetString());
        Assert.Equal(5, json.GetProperty("rows").GetArrayLength());
        Assert.Equal(4, row.GetProperty("speedup").GetDouble(), 1e-9);
        Assert.Equal(31.5, row.GetProperty("psnr").GetDouble(), 1e-9);
        Assert.Equal(5, row.GetProperty("controlSteps").GetInt32());
        Assert.Equal(20, row.GetProperty("runs")[0].GetProperty("decisions").GetString()!.Length);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("rows")[0].GetProperty("psnr").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("rows")[0].GetProperty("runs")[0].GetProperty("psnr").ValueKind);
        Assert.True(json.GetProperty("rows")[0].GetProperty("runs")[0].GetProperty("identical").GetBoolean());
    }

    [Fact]
    public void The_confidence_interval_is_students()
    {
        Assert.Equal(1.963, Statistics.ConfidenceInterval([1, 2, 3, 4, 5]), 1e-3);
        Assert.Equal(0, Statistics.ConfidenceInterval([7, 7, 7]));
        Assert.True(double.IsNaN(Statistics.ConfidenceInterval([1, 2])));
    }

    [Fact]
    public void Json_holds_the_conditions_and_every_setting_in_force()
    {
        var json = JsonDocument.Parse(JsonLine.Text(ResultsJson.Whole(Results))).RootElement;

        Assert.Equal("2026-11-27T12:00:00Z", json.GetProperty("date").GetString());
        Assert.Equal(("1.0.0", "a processor", ".NET"), (json.GetProperty("version").GetString(), json.GetProperty("processor").GetString(), json.GetProperty("runtime").GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("threads").ValueKind);
        Assert.Equal(["Threshold=0.2", "WarmupSteps=0"], json.GetProperty("rows")[1].GetProperty("settings").EnumerateArray().Select(s => s.GetString()));
    }

    [Fact]
    public void Two_pictures_have_no_interval()
    {
        var json = ResultsJson.Row(Results, Results.Rows[1]);
        Assert.Equal(2, Results.Rows[1].Runs.Count);
        Assert.Null(json["psnrInterval"]);

        var more = ComparedResults.Create(20, ["red apple", "blue mushroom"], ("teacache", 4, 30));
        Assert.NotNull(ResultsJson.Row(more, more.Rows[1])["psnrInterval"]);
    }

    [Fact]
    public void A_policy_is_compared_with_the_control_in_its_time()
    {
        var results = Results with { Rows = [.. Results.Rows, Control(5, 28), Control(10, 36)] };

        Assert.Equal(2, results.AboveControl(results.Rows[1]), 1e-9);
        Assert.Equal(4, results.AboveControl(results.Rows[2]), 1e-9);
        Assert.True(double.IsNaN(results.AboveControl(results.Rows[4])), "four steps lie outside what was run");
        Assert.True(double.IsNaN(results.AboveControl(results.Rows[3])), "so do thirteen");
    }

    [Fact]
    public void Between_two_controls_the_quality_is_linear_in_the_logarithm_of_the_steps()
    {
        var results = Results with { Rows = [.. Results.Rows, Control(4, 20), Control(16, 40)] };

        // Ten of four to sixteen steps: log 2.5 / log 4 of the way.
        Assert.Equal(41.5 - 21.5 - (20 * Math.Log(2.5) / Math.Log(4)), results.AboveControl(results.Rows[2]), 1e-9);
    }

    [Fact]
    public void What_is_faster_than_possible_is_noise_and_the_ideal_counts_in_its_place()
    {
        var impossible = Results.Rows[1] with { Realised = 6.25, Runs = [.. Results.Rows[1].Runs.Select(r => r with { Ideal = 4 })] };
        ComparedRow[] rows = [Results.Rows[0], impossible, .. Results.Rows.Skip(2)];
        var results = Results with { Rows = rows, Clock = ClockQuality.Of([10, 10], rows.Skip(1).Select(r => r.Realised)) };

        Assert.False(results.Clock.IsUsable);
        Assert.Equal((25, 4), (impossible.Speedup, results.CredibleSpeedupOf(impossible)));
        Assert.Equal(5, results.ControlStepsOf(impossible));
        Assert.Contains("noise", ComparisonTable.Of(results).ToPlainText());
        Assert.DoesNotContain("625 %", ComparisonTable.Of(results).ToPlainText());
        Assert.Contains("teacache would be faster than the skipped stages allow", ComparisonTable.NoteOnClock(results));
        Assert.True((bool)ResultsJson.Row(results, impossible)["isNoise"]!);
    }

    [Theory]
    [InlineData(true, new[] { 10.0, 10.5, 9.8 }, 0.98, 1.05)]
    [InlineData(false, new[] { 10.0, 10.5, 9.8 }, 1.06)]
    [InlineData(false, new[] { 10.0, 30, 14, 22 }, 0.98)]
    [InlineData(false, new[] { 10.0, 0 }, 0.98)]
    [InlineData(false, new[] { 10.0, -3 }, 0.98)]
    [InlineData(false, new[] { 10.0, double.NaN }, 0.98)]
    [InlineData(false, new[] { 10.0 }, double.NaN)]
    [InlineData(false, new double[0], 0.98)]
    public void A_clock_is_usable_where_equal_runs_agree_and_nothing_is_impossible(bool usable, double[] uncached, params double[] realised) =>
        Assert.Equal(usable, ClockQuality.Of(uncached, realised).IsUsable);

    [Theory]
    [InlineData(0.8, new[] { 10.0, 8, 30 }, new[] { 5.0, 2.5, 20 })]
    [InlineData(0.8, new[] { 10.0, 8, 0, -5 }, new[] { 5.0, 2.5, 0, -1 })]
    [InlineData(double.NaN, new[] { 0.0 }, new[] { 5.0 })]
    [InlineData(double.NaN, new[] { 10.0 }, new[] { 0.0 })]
    public void The_realised_part_is_that_of_the_least_times(double expected, double[] uncached, double[] seconds) =>
        Assert.Equal(expected, ClockQuality.RealisedOf(uncached, seconds.Select(s => (s, 4.0))), 1e-12);

    private static ComparedRow Control(int steps, double psnr) => ComparedResults.Row(ComparedKind.Control, $"control, {steps} steps", "none", steps, ["red apple"], 20.0 / steps, psnr);
}
