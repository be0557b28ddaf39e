using System.Text.Json;
using CachePolicies.Policies;

namespace CachePolicies.Tool.Tests;

/// <summary>Every known policy on the folders of pipelines: where nothing may be skipped the picture is the uncached one, and with the family's defaults it skips and says so.</summary>
public sealed class PipelinePolicyTests(PipelineFolders folders) : IClassFixture<PipelineFolders>
{
    /// <summary>Every policy that caches, on every folder.</summary>
    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var policy in PolicyCatalog.All.Where(p => p.Name != "None"))
            {
                foreach (var folder in PipelineFolders.Names)
                {
                    all.Add(policy.Name, folder);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Where_nothing_may_be_skipped_the_picture_is_the_uncached_one(string policy, string folder)
    {
        var settings = Forbidding(PolicyCatalog.Find(policy)!, folder);
        Assert.NotEmpty(settings);

        var (run, picture) = await folders.Generate(folder, ["--policy", policy, .. settings.SelectMany(s => new[] { "-o", s }), .. Needed(policy, folder)]);

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        Assert.Equal(0, JsonDocument.Parse(run.Output).RootElement.GetProperty("skipped").GetInt32());
        Assert.Equal(await folders.Uncached(folder), picture);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task With_the_defaults_of_the_family_it_skips_and_says_what_it_did(string policy, string folder)
    {
        var (run, picture) = await folders.Generate(folder, ["--policy", policy, .. Needed(policy, folder), .. policy == "StepMask" ? ["-o", "StepMask=CrrCrr"] : Array.Empty<string>()]);

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        var said = JsonDocument.Parse(run.Output).RootElement;
        var decisions = said.GetProperty("decisions").GetString()!;
        Assert.Equal(decisions.Length, said.GetProperty("full").GetInt32() + said.GetProperty("part").GetInt32() + said.GetProperty("skipped").GetInt32());

        // The transformer's weights are random, so that its features change more from step to step than some thresholds allow.
        var skips = decisions.Any(letter => letter != 'C');
        Assert.True(skips || folder == "flux035", $"nothing was skipped: {decisions}");
        var uncached = await folders.Uncached(folder);
        Assert.Equal(skips, !picture.AsSpan().SequenceEqual(uncached));
    }

    [Fact]
    public async Task A_policy_that_a_model_lacks_something_for_says_what()
    {
        var (run, picture) = await folders.Generate("sd15", "--policy", "teacache", "-o", "Signal=modulated");

        Assert.Contains("has no signal 'embedded/modulated'", run.Error, StringComparison.Ordinal);
        Assert.Empty(picture);
    }

    [Theory]
    [InlineData("teacache")]
    [InlineData("seacache")]
    public async Task On_a_U_Net_what_looks_at_the_modulated_input_looks_at_what_the_first_block_reads(string policy)
    {
        var (run, picture) = await folders.Generate("sd15", "--policy", policy);

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        Assert.Contains("measures the state before the first block", run.Error, StringComparison.Ordinal);
        Assert.NotEmpty(picture);
    }

    /// <summary>Settings under which a policy computes everything.</summary>
    private static string[] Forbidding(CachePolicyDescriptor policy, string folder) =>
    [
        .. policy.Options.Where(o => ReferenceEquals(o.Type, OptionTypes.Threshold)).Select(o => $"{o.Name}=0"),
        .. policy.Options.Where(o => o.Name == "Interval").Select(o => $"{o.Name}=1"),
        .. policy.Name switch
        {
            "LogSnr" => ["Evaluations=1000"],
            "MeanCache" => [$"Path={string.Join(',', Enumerable.Range(0, PipelineFolders.EvaluationsOf(folder)))}"],
            "Spectrum" => ["WarmupSteps=1000"],
            "StepMask" => ["StepMask=C"],
            _ => Array.Empty<string>(),
        },
    ];

    private string[] Needed(string policy, string folder) => policy == "MagCache" ? ["-o", $"CalibrationFile={folders.CalibrationOf(folder)}"] : [];
}
