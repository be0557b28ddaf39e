using System.Text.Json;
using CachePolicies.Reporting;

namespace CachePolicies.Tool.Tests;

/// <summary>The verbs on folders of pipelines.</summary>
public sealed class PipelineVerbTests(PipelineFolders folders) : IClassFixture<PipelineFolders>
{
    /// <summary>The pipelines.</summary>
    public static TheoryData<string> Pipelines => [.. PipelineFolders.Names];

    [Theory]
    [MemberData(nameof(Pipelines))]
    public async Task Import_cuts_once_and_tells_parts_memory_and_what_policies_look_at(string pipeline)
    {
        var folder = folders.PathOf($"import-{pipeline}");
        PipelineFolders.Copy(folders.PathOf(pipeline), folder);

        var first = await ToolRun.Of("import", folder);
        Assert.True(first.ExitCode == ExitCodes.Success, first.Error);
        Assert.Contains("Cut into stages", first.Output, StringComparison.Ordinal);
        Assert.Contains("weights in memory: text encoders up to", first.Output, StringComparison.Ordinal);
        var second = Assert.Single((await ToolRun.Of("import", folder, "--json")).Json());
        Assert.False(second.GetProperty("cutNow").GetBoolean());
        Assert.True(second.GetProperty("peakBytes").GetInt64() > 0);
        Assert.InRange(second.GetProperty("stagesResultBytes").GetInt64(), 10_000, 1_000_000_000);
        Assert.InRange(second.GetProperty("decoderResultBytes").GetInt64(), 10_000, 10_000_000_000); // Its attention is over all the latent's pixels.
        var h2 = second.GetProperty("policies").EnumerateArray().Single(p => p.GetProperty("policy").GetString() == "h2cache");
        Assert.Contains("structure/image", h2.GetProperty("looksAt").GetString(), StringComparison.Ordinal);
        Assert.True(h2.GetProperty("bytesPerLane").GetInt64() > 0);
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public async Task Compare_draws_every_policy(string pipeline)
    {
        var output = folders.PathOf($"compare-{pipeline}");

        var run = await ToolRun.Of(["compare", .. What(pipeline), "--policies", "h2cache,taylorseer", "--rounds", "1", "--out", output, "--json"]);

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        using var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "results.json")));
        var pictures = results.RootElement.GetProperty("rows").EnumerateArray().SelectMany(r => r.GetProperty("runs").EnumerateArray()).ToArray();
        Assert.NotEmpty(pictures);
        Assert.All(pictures, p => Assert.Equal(64, Png.Load(Path.Combine(output, p.GetProperty("image").GetString()!)).Width));
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public async Task A_recorded_run_is_replayed_as_it_was_generated_up_to_the_first_skip(string pipeline)
    {
        var trace = folders.PathOf($"{pipeline}.safetensors");
        string[] policy = ["--policy", "blockcache", "-o", "Threshold=0.6", "--json"];

        var recorded = await ToolRun.Of(["record", .. What(pipeline), "--seed", "3", "--out", trace]);
        Assert.True(recorded.ExitCode == ExitCodes.Success, recorded.Error);
        var replayed = (await ToolRun.Of(["replay", "--trace", trace, .. policy])).Json()[^1];
        var generated = await ToolRun.Of(["generate", .. What(pipeline), "--seed", "3", .. policy, "--out", folders.PathOf($"{pipeline}-replay.png")]);

        var decisions = JsonDocument.Parse(generated.Output).RootElement.GetProperty("decisions").GetString()!;
        var known = decisions.IndexOf('r', StringComparison.Ordinal) + 1;
        Assert.True(known > 0, $"nothing was skipped in {decisions}");
        Assert.Equal(decisions[..known], replayed.GetProperty("decisions").GetString()![..known]);
    }

    [Fact]
    public async Task Tune_writes_a_section_that_the_policy_accepts()
    {
        var file = folders.PathOf("tuned.json");

        var run = await ToolRun.Of(["tune", .. What("sd15"), "--policy", "blockcache", "--target-psnr", "10", "--seeds", "11", "--out", file]);

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        Assert.Equal("BlockCache", Assert.Single(PolicyFile.Read(file, null)).Label);
    }

    [Fact]
    public async Task A_scheduler_that_is_not_known_or_asks_for_what_is_not_done_is_refused_and_nothing_is_written()
    {
        var scheduler = folders.PathOf("scheduler.json");
        async Task<string> Refusal(string json)
        {
            File.WriteAllText(scheduler, json);
            var (run, picture) = await folders.Generate("sd15", "--scheduler", scheduler);
            Assert.Empty(picture);
            return run.Refused();
        }

        Assert.Contains("is of the class 'DreamScheduler', which is not supported; supported are DDIMScheduler", await Refusal("""{"_class_name": "DreamScheduler"}"""), StringComparison.Ordinal);
        Assert.Contains("thresholding is true, which is not supported", await Refusal("""{"_class_name": "DDIMScheduler", "thresholding": true}"""), StringComparison.Ordinal);
        Assert.Contains("the option 'wobble' is not known", await Refusal("""{"_class_name": "DDIMScheduler", "wobble": 3}"""), StringComparison.Ordinal);
        Assert.Contains("is not JSON", await Refusal("{"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_and_prompts_that_cannot_be_drawn_are_refused_in_one_line()
    {
        async Task<string> Refusal(params string[] arguments)
        {
            var (run, picture) = await folders.Generate("flux035", arguments);
            Assert.Empty(picture);
            return run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        }

        Assert.Contains("multiples of 16", await Refusal("--width", "7"), StringComparison.Ordinal);
        Assert.Contains("--crop is '1'; expected two whole numbers", await Refusal("--crop", "1"), StringComparison.Ordinal);
        Assert.Contains("an original or target size", await Refusal("--original-size", "64,64"), StringComparison.Ordinal);
    }

    private string[] What(string pipeline) =>
        ["--model", folders.PathOf(pipeline), "--prompt", "a red fox", "--width", "64", "--height", "64", "--steps", $"{PipelineFolders.Steps}"];
}
