using System.Text.Json;

namespace CachePolicies.Tool.Tests;

public sealed class TuneVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    private string File => Path.Combine(_folder.FullName, "tuned.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_target_that_can_be_met_gives_a_section_that_the_policy_accepts()
    {
        var run = await ToolRun.Of(
            "tune", "--policy", "teacache", "--target-psnr", "5", "--prompt", "red apple", "--seeds", "11", "--steps", "12", "--guidance", "1", "--out", File, "--json", "-o", "MaximumConsecutiveSkips=4");

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.True(lines[0].GetProperty("screened").GetInt32() > 100);
        Assert.True(lines[0].GetProperty("stepsPerSecond").GetDouble() > 0);
        Assert.True(lines[^1].GetProperty("met").GetBoolean());
        Assert.True(lines[^1].GetProperty("agreement").GetProperty("speedup").GetDouble() > 0);
        Assert.All(lines[1..^1], l => Assert.Contains("MaximumConsecutiveSkips=4", l.GetProperty("options").EnumerateArray().Select(o => o.GetString())));
        Assert.All(lines[1..^1], l => Assert.InRange(l.GetProperty("cached").GetDouble(), 0, 1));
        var policy = Assert.Single(PolicyFile.Read(File, null));
        Assert.Equal("TeaCache", policy.Label);
        using var tuned = JsonDocument.Parse(System.IO.File.ReadAllBytes(File));
        Assert.StartsWith("sha256:", tuned.RootElement.GetProperty("Tuning").GetProperty("fingerprint").GetString());
        Assert.NotEqual(0, tuned.RootElement.GetProperty("Tuning").GetProperty("front").GetArrayLength());
    }

    [Fact]
    public async Task A_target_that_cannot_be_met_says_what_can()
    {
        var run = await ToolRun.Of(
            "tune", "--policy", "blockcache", "--target-psnr", "500", "--prompt", "red apple", "--seeds", "11", "--steps", "6", "--guidance", "1", "--out", File);

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("blockcache does not reach 500 dB here; nearest is", run.Error);
        using var tuned = JsonDocument.Parse(System.IO.File.ReadAllBytes(File));
        Assert.False(tuned.RootElement.TryGetProperty("CachePolicies", out _));
    }

    [Theory]
    [InlineData("Expected one target", "--policy", "teacache")]
    [InlineData("Expected one target", "--policy", "teacache", "--target-psnr", "30", "--target-speedup", "2")]
    [InlineData("--target-ssim is 2; expected a number between 0 and 1", "--policy", "teacache", "--target-ssim", "2")]
    [InlineData("--target-speedup is 1; expected a number above 1", "--policy", "teacache", "--target-speedup", "1")]
    [InlineData("--minutes is 0; expected a number above 0", "--policy", "teacache", "--target-psnr", "30", "--minutes", "0")]
    [InlineData("--minutes is NaN", "--policy", "teacache", "--target-psnr", "30", "--minutes", "NaN")]
    [InlineData("Did you mean 'Threshold'?", "--policy", "teacache", "--target-psnr", "30", "--steps", "10", "-o", "Treshold=1")]
    [InlineData("Cannot parse argument 'many'", "--policy", "teacache", "--target-psnr", "many")]
    [InlineData("has no threshold to tune", "--policy", "none", "--target-psnr", "30", "--steps", "2")]
    [InlineData("is recorded for screening", "--policy", "teacache", "--target-psnr", "30", "--seeds", "1")]
    public async Task What_is_wrong_is_refused_in_one_line(string says, params string[] arguments) =>
        Assert.Contains(says, (await ToolRun.Of(["tune", "--prompt", "red apple", "--out", File, .. arguments])).Error.TrimEnd().Split('\n')[^1]);
}
