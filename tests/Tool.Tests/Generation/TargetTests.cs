using System.Text.Json;
using CachePolicies.Policies;

namespace CachePolicies.Tool.Tests;

public sealed class TargetTests : IDisposable
{
    private static readonly string[] Run = ["--steps", "12", "--guidance", "1"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_tuning_measured_serves_targets_of_the_same_run_only()
    {
        foreach (var policy in (string[])["teacache", "blockcache"])
        {
            var tuned = await ToolRun.Of(
                ["tune", "--policy", policy, "--target-psnr", "5", "--prompt", "red apple", "--seeds", "11", "--minutes", "0.01", "--out", At("tuned.json"), "--measured", At("measured.json"), .. Run]);
            Assert.True(tuned.ExitCode == ExitCodes.Success, tuned.Error);
        }

        var measured = MeasuredSettings.Load(At("measured.json"));
        Assert.Equal(["BlockCache", "TeaCache"], measured.Settings.Select(s => s.Policy).Distinct().Order());
        Assert.Equal((12, 1f), (measured.Run.Sigmas.Length, measured.Run.Guidance));

        var made = await Generate(["--target", "6 dB", "--json"]);
        Assert.True(made.ExitCode == ExitCodes.Success, made.Error);
        Assert.Contains("For 6 dB, ", made.Error);
        using var line = JsonDocument.Parse(made.Output);
        Assert.Equal("6 dB", line.RootElement.GetProperty("target").GetProperty("target").GetString());
        Assert.True(line.RootElement.GetProperty("target").GetProperty("expectedPsnr").GetDouble() >= 6);
        Assert.True(File.Exists(At("apple.png")));

        var only = await Generate(["--target", "6 dB", "--policy", "blockcache", "--json"]);
        Assert.Contains("\"policy\":\"blockcache\"", only.Output);

        Assert.Contains("Nothing that was measured reaches 98 dB; the nearest is", (await Generate(["--target", "98 dB"])).Error);
        Assert.Contains("12 evaluations, but this run has 9", (await ToolRun.Of(
            "generate", "--prompt", "red apple", "--out", At("other.png"), "--target", "6 dB", "--measured", At("measured.json"), "--steps", "9", "--guidance", "1")).Error);
        Assert.False(File.Exists(At("other.png")));
        Assert.Contains("was measured on 12 evaluations, but this run has 9; expected another file", (await ToolRun.Of(
            "tune", "--policy", "teacache", "--target-psnr", "5", "--prompt", "red apple", "--out", At("tuned.json"), "--measured", At("measured.json"), "--steps", "9", "--guidance", "1")).Error);
    }

    [Theory]
    [InlineData("--target is '40'; expected decibels above 0 (40 dB)", "--target", "40", "--measured", "x.json")]
    [InlineData("--target needs measured settings", "--target", "40 dB")]
    [InlineData("--measured goes with --target", "--measured", "x.json")]
    [InlineData("expected no -o with it", "--target", "40 dB", "--measured", "x.json", "--policy", "teacache", "-o", "Threshold=1")]
    [InlineData("There are no measured settings", "--target", "40 dB", "--measured", "nowhere.json")]
    public async Task What_is_wrong_is_refused_in_one_line(string says, params string[] arguments)
    {
        var run = await ToolRun.Of(["generate", "--prompt", "red apple", "--out", At("apple.png"), .. arguments]);
        Assert.NotEqual(ExitCodes.Success, run.ExitCode);
        Assert.Contains(says, run.Error.TrimEnd().Split('\n')[^1]);
    }

    private string At(string file) => Path.Combine(_folder.FullName, file);

    private Task<ToolRun> Generate(string[] more) =>
        ToolRun.Of(["generate", "--prompt", "red apple", "--out", At("apple.png"), "--measured", At("measured.json"), .. Run, .. more]);
}
