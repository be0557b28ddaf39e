using System.Text.Json;

namespace CachePolicies.Tool.Tests;

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
        Assert.Equal([5, 10, 13, 4], Results.Policies.Select(Results.ControlSteps));
    }

    [Fact]
    public void Json_holds_each_rows_figures_and_each_runs_decisions()
    {
        var json = JsonDocument.Parse(JsonLine.Text(ResultsJson.Whole(Results))).RootElement;

        var row = json.GetProperty("rows")[1];
        Assert.Equal("cachepolicies-comparison/1", json.GetProperty("format").GetString());
        Assert.Equal(5, json.GetProperty("rows").GetArrayLength());
        Assert.Equal(4, row.GetProperty("speedup").GetDouble(), 1e-9);
        Assert.Equal(31.5, row.GetProperty("psnr").GetDouble(), 1e-9);
        Assert.Equal(5, row.GetProperty("controlSteps").GetInt32());
        Assert.Equal(20, row.GetProperty("runs")[0].GetProperty("decisions").GetString()!.Length);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("rows")[0].GetProperty("psnr").ValueKind);
        Assert.Equal("Infinity", json.GetProperty("rows")[0].GetProperty("runs")[0].GetProperty("psnr").GetString());
    }

    [Fact]
    public void The_confidence_interval_is_students()
    {
        Assert.Equal(1.963, Statistics.ConfidenceInterval([1, 2, 3, 4, 5]), 1e-3);
        Assert.Equal(0, Statistics.ConfidenceInterval([7, 7, 7]));
        Assert.True(double.IsNaN(Statistics.ConfidenceInterval([1])));
    }
}
