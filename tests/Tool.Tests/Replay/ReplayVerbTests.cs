namespace CachePolicies.Tool.Tests;

public sealed class ReplayVerbTests
{
    private static readonly string[] H2 = ["replay", "--trace", ToolRun.Trace, "--policy", "H2-Cache", "-o", "StructurePoolDivisor=6", "-o", "DetailPoolDivisor=4"];

    [Fact]
    public async Task Each_step_is_a_line_with_its_checks_and_a_summary_follows()
    {
        var lines = (await ToolRun.Of([.. H2, "--json"])).Json();

        Assert.Equal(21, lines.Count);
        var checks = lines[3].GetProperty("checks");
        Assert.Equal(3, lines[3].GetProperty("step").GetInt32());
        Assert.Equal("d", lines[3].GetProperty("letter").GetString());
        Assert.Equal(["boundary", "distance", "accumulated", "threshold", "action"], checks[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("compute", checks[0].GetProperty("action").GetString());
        Assert.Equal(["boundary", "distance", "accumulated", "threshold", "action", "to", "via", "gamma"], checks[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal("ReuseOutput", checks[1].GetProperty("via").GetString());
        var summary = lines[^1];
        Assert.Equal(20, summary.GetProperty("steps").GetInt32());
        Assert.Equal(20, summary.GetProperty("full").GetInt32() + summary.GetProperty("part").GetInt32() + summary.GetProperty("skipped").GetInt32());
        Assert.True(summary.GetProperty("estimatedSpeedup").GetDouble() > 1);
    }

    [Fact]
    public async Task None_computes_everything()
    {
        var lines = (await ToolRun.Of("replay", "--trace", ToolRun.Trace, "--policy", "none", "--json")).Json();

        Assert.Equal(new string('C', 20), lines[^1].GetProperty("decisions").GetString());
        Assert.Equal(1, lines[^1].GetProperty("estimatedSpeedup").GetDouble());
        Assert.Equal(0, lines[0].GetProperty("checks").GetArrayLength());
    }

    [Fact]
    public async Task A_rule_that_decides_is_named()
    {
        var lines = (await ToolRun.Of([.. H2, "-o", "WarmupSteps=2", "--json"])).Json();

        Assert.Equal("warm-up", lines[1].GetProperty("checks")[0].GetProperty("reason").GetString());
        Assert.Equal("C", lines[1].GetProperty("letter").GetString());
    }

    [Fact]
    public async Task Nested_options_and_lists_are_bound()
    {
        var lines = (await ToolRun.Of(
            "replay", "--trace", ToolRun.Trace, "--policy", "TEACACHE", "-o", "coefficients=1,0", "-o", "Threshold=0.2", "-o", "Approximation.Method=taylor", "--json")).Json();

        Assert.Equal(["Threshold=0.2", "Coefficients=1,0", "ClampNegative=false", "Approximation.Method=Taylor"], lines[^1].GetProperty("options").EnumerateArray().Select(o => o.GetString()));
        Assert.Equal("Extrapolate", lines[1].GetProperty("checks")[0].GetProperty("via").GetString());
    }

    [Fact]
    public async Task A_falling_polynomial_is_read_as_published_unless_the_options_say_otherwise()
    {
        string[] falling = ["replay", "--trace", ToolRun.LongTrace, "--policy", "teacache", "-o", "Threshold=0.01", "-o", "Coefficients=1,-0.05", "--json"];

        var raw = (await ToolRun.Of(falling)).Json();
        var clamped = (await ToolRun.Of([.. falling, "-o", "ClampNegative=true"])).Json();

        // A change of less than 0.05 makes the raw sum fall, so the published reading skips more.
        Assert.NotEqual(raw[^1].GetProperty("decisions").GetString(), clamped[^1].GetProperty("decisions").GetString());
        Assert.True(raw[^1].GetProperty("skipped").GetInt32() + raw[^1].GetProperty("part").GetInt32() > clamped[^1].GetProperty("skipped").GetInt32() + clamped[^1].GetProperty("part").GetInt32());
        Assert.True(raw[^1].GetProperty("stepsPerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task Without_json_people_read_a_table()
    {
        var run = await ToolRun.Of(H2);

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Contains("skip to output by ReuseOutput", run.Output);
        Assert.EndsWith(
            "ChhddddChhhdddChhhdd\nPer evaluation: C computed in full; d structure computed, detail reused; h structure and detail reused.",
            run.Output.ReplaceLineEndings("\n").TrimEnd());
    }

    [Theory]
    [InlineData("Did you mean 'teacache'?", "--policy", "tecache")]
    [InlineData("Did you mean 'Threshold'?", "--policy", "teacache", "-o", "Treshold=0.1")]
    [InlineData("TeaCacheOptions.Threshold is -1; expected a finite number of at least 0", "--policy", "teacache", "-o", "Threshold=-1")]
    [InlineData("TeaCacheOptions.Threshold is NaN", "--policy", "teacache", "-o", "Threshold=NaN")]
    [InlineData("'0,2'; expected a finite number of at least 0", "--policy", "teacache", "-o", "Threshold=0,2")]
    [InlineData("expected one of Paper, FirstBlockResidual", "--policy", "h2cache", "-o", "Variant=Papr")]
    [InlineData("not of the form Name=Value", "--policy", "h2cache", "-o", "Threshold")]
    [InlineData("has no options", "--policy", "none", "-o", "Threshold=1")]
    [InlineData("Did you mean '--policy'?", "--polcy", "none")]
    [InlineData("Option '--policy' is required")]
    public async Task What_is_wrong_is_refused_in_one_line(string says, params string[] arguments) =>
        Assert.Contains(says, (await ToolRun.Of(["replay", "--trace", ToolRun.Trace, .. arguments])).Refused());

    [Fact]
    public async Task A_boundary_that_the_trace_lacks_is_named()
    {
        using var file = new SafetensorsBuilder();
        var trace = file
            .Metadata(new() { ["format"] = "cachepolicies-trace/1", ["steps"] = "1", ["boundaries"] = "latent,output" })
            .Add("0000/latent", [1, 2, 2], 1, 2, 3, 4)
            .Add("0000/output", [1, 2, 2], 1, 2, 3, 4)
            .Save();

        Assert.Contains("'structure'", (await ToolRun.Of("replay", "--trace", trace, "--policy", "h2cache")).Refused());
        Assert.Contains("0000/output", (await ToolRun.Of("replay", "--trace", SafetensorsOf(trace, 3), "--policy", "h2cache")).Refused());
        Assert.Contains("There is no trace", (await ToolRun.Of("replay", "--trace", "absent", "--policy", "h2cache")).Refused());
    }

    [Fact]
    public async Task The_tool_runs_as_a_process()
    {
        var run = await ToolRun.OfProcess("replay", "--trace", ToolRun.Trace, "--policy", "blockcache", "-o", "Threshold=0.1", "--json");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Equal(21, run.Json().Count);
        Assert.Contains("Did you mean 'replay'", (await ToolRun.OfProcess("reply")).Refused());
    }

    private static string SafetensorsOf(string path, int dropBytes)
    {
        var truncated = path + ".truncated";
        File.WriteAllBytes(truncated, File.ReadAllBytes(path)[..^dropBytes]);
        return truncated;
    }
}
