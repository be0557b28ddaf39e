using System.Text.Json;
using CachePolicies.Policies;

namespace CachePolicies.Tool.Tests;

public sealed class ScheduleVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    private string File => Path.Combine(_folder.FullName, "schedule.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_schedule_is_found_refined_and_drawn_with_and_refused_where_it_does_not_fit()
    {
        var run = await ToolRun.Of(
            "schedule", "--prompt", "red apple", "--steps", "12", "--guidance", "1", "--evaluations", "6,4", "--tries", "6", "--out", File, "--json", "-o", "From=latent", "-o", "To=output", "-o", "Approximation.Method=Newton");

        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal([6, 4], lines.Select(l => l.GetProperty("computed").GetArrayLength()));
        Assert.All(lines, l => Assert.True(l.GetProperty("refinedError").GetDouble() <= l.GetProperty("finalError").GetDouble()));
        Assert.True(lines[0].GetProperty("recordedError").GetDouble() < lines[1].GetProperty("recordedError").GetDouble());
        var schedule = ComputeSchedule.Load(File);
        Assert.Equal(12, schedule.Sigmas.Length);
        Assert.Equal(3, schedule.Found.Length);

        string[] generate = ["generate", "--prompt", "blue bird", "--guidance", "1", "--policy", "stepmask", "-o", $"ScheduleFile={File}", "-o", "Evaluations=4", .. schedule.Found.SelectMany(f => new[] { "-o", f })];
        var drawn = await ToolRun.Of([.. generate, "--steps", "12", "--out", Path.Combine(_folder.FullName, "bird.png")]);
        Assert.True(drawn.ExitCode == ExitCodes.Success, drawn.Error);
        var other = await ToolRun.Of([.. generate, "--steps", "13", "--out", Path.Combine(_folder.FullName, "other.png")]);
        Assert.Equal(ExitCodes.BadUsage, other.ExitCode);
        Assert.Contains("12 evaluations", other.Error);
        Assert.Contains("but this run has 13", other.Error);
    }

    [Theory]
    [InlineData("expected 2 to 12", "--evaluations", "13")]
    [InlineData("--tries is -1; expected 0 to 100000", "--evaluations", "4", "--tries", "-1")]
    [InlineData("A schedule is not found for 'WarmupSteps=2'; expected From, To and Approximation", "--evaluations", "4", "-o", "WarmupSteps=2")]
    [InlineData("A schedule cannot be found for LinearForecast yet", "--evaluations", "4", "-o", "Approximation.Method=Chebyshev")]
    public async Task What_is_wrong_is_refused_in_one_line(string says, params string[] arguments) => Assert.Contains(
        says, (await ToolRun.Of(["schedule", "--prompt", "red apple", "--steps", "12", "--guidance", "1", "--out", File, .. arguments])).Error.TrimEnd().Split('\n')[^1]);
}
