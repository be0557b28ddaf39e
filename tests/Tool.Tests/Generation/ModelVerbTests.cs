using System.Text.Json;
using CachePolicies.Reporting;

namespace CachePolicies.Tool.Tests;

/// <summary>The verbs that run a model, on the sample model with few steps.</summary>
public sealed class ModelVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("apple.jpg", "FF-D8-FF")]
    [InlineData("apple.webp", "52-49-46-46")]
    public async Task Generate_writes_what_the_extension_says(string file, string signature)
    {
        var run = await ToolRun.Of("generate", "--prompt", "red apple", "--steps", "2", "--out", PathOf(file));

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.StartsWith(signature, BitConverter.ToString(File.ReadAllBytes(PathOf(file))), StringComparison.Ordinal);
        Assert.Contains("Per evaluation: C computed in full.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_refuses_an_extension_that_names_no_format() =>
        Assert.Equal(
            "'.bmp' is not an extension of a picture format that is written; expected .png, .jpg, .jpeg, .webp or .gif.",
            (await ToolRun.Of("generate", "--prompt", "red apple", "--steps", "2", "--out", PathOf("apple.bmp"))).Refused());

    [Fact]
    public async Task Generate_writes_a_picture_and_tells_what_was_computed()
    {
        var image = PathOf("apple.png");

        var run = await ToolRun.Of("generate", "--prompt", "red apple", "--policy", "stepmask", "-o", "StepMask=CrCr", "--steps", "4", "--guidance", "1", "--out", image, "--json");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        var json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("CrCr", json.GetProperty("decisions").GetString());
        Assert.Equal(2, json.GetProperty("full").GetInt32());
        Assert.Equal(32, Png.Load(image).Width);
    }

    [Fact]
    public async Task A_folder_is_made_for_results_and_not_before()
    {
        var folder = PathOf("new/folder");
        var model = Path.Combine(folder, "nowhere");

        Assert.Contains("nearest known: apple", (await ToolRun.Of("compare", "--prompt", "red aple", "--policies", "none", "--steps", "1", "--out", folder)).Refused());
        Assert.Contains("nearest known: apple", (await ToolRun.Of("generate", "--prompt", "red aple", "--out", Path.Combine(folder, "x.png"))).Refused());
        Assert.Contains("nearest known: apple", (await ToolRun.Of("record", "--prompt", "red aple", "--out", Path.Combine(folder, "x.safetensors"))).Refused());
        Assert.Contains("There is no model in", (await ToolRun.Of("generate", "--prompt", "red apple", "--model", model, "--out", Path.Combine(folder, "x.png"))).Refused());
        Assert.Empty(_folder.GetFileSystemInfos());

        Assert.Equal(ExitCodes.Success, (await ToolRun.Of("generate", "--prompt", "red apple", "--steps", "1", "--out", Path.Combine(folder, "x.png"))).ExitCode);
        Assert.Equal("x.png", Assert.Single(new DirectoryInfo(folder).GetFileSystemInfos()).Name);
    }

    [Fact]
    public async Task Memory_is_limited_and_the_limit_can_be_named()
    {
        var image = PathOf("apple.png");

        var full = await ToolRun.Of("generate", "--prompt", "red apple", "--steps", "1", "--memory-limit", "0.01", "--count", "64", "--out", image);

        Assert.Equal(ExitCodes.BadUsage, full.ExitCode);
        Assert.Contains("--memory-limit sets how much memory it may take.", full.Error, StringComparison.Ordinal);
        Assert.Contains("expected 0.01 to 65536 GiB", (await ToolRun.Of("generate", "--prompt", "red apple", "--memory-limit", "NaN", "--out", image)).Refused());
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task Generate_refuses_what_the_model_cannot_draw_and_writes_nothing()
    {
        var image = PathOf("apple.png");

        Assert.Contains("nearest known: apple", (await ToolRun.Of("generate", "--prompt", "red aple", "--out", image)).Refused());
        Assert.Contains("The prompt is empty", (await ToolRun.Of("generate", "--prompt", " ", "--out", image)).Refused());
        Assert.Contains("is a folder", (await ToolRun.Of("generate", "--prompt", "red apple", "--out", _folder.FullName)).Refused());
        Assert.Contains("is not an execution provider that is known", (await ToolRun.Of("generate", "--prompt", "red apple", "--provider", "QUDA", "--out", image)).Refused());
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task A_recorded_run_replays_as_the_generation_went_up_to_the_first_skip()
    {
        var (whole, half) = (PathOf("whole.safetensors"), PathOf("half.safetensors"));
        string[] what = ["--prompt", "red apple", "--steps", "6", "--seed", "3"];
        Assert.Equal(ExitCodes.Success, (await ToolRun.Of(["record", .. what, "--out", whole])).ExitCode);
        Assert.Equal(ExitCodes.Success, (await ToolRun.Of(["record", .. what, "--out", half, "--float16"])).ExitCode);
        string[] policy = ["--policy", "blockcache", "-o", "Threshold=0.25", "--json"];

        var replayed = (await ToolRun.Of(["replay", "--trace", whole, .. policy])).Json()[^1];
        var replayedHalf = (await ToolRun.Of(["replay", "--trace", half, .. policy])).Json()[^1];
        var generated = JsonDocument.Parse((await ToolRun.Of(["generate", .. what, .. policy, "--out", PathOf("a.png")])).Output).RootElement;

        var (expected, decisions) = (generated.GetProperty("decisions").GetString()!, replayed.GetProperty("decisions").GetString()!);
        var known = expected.IndexOf('r', StringComparison.Ordinal) + 1;
        Assert.True(known > 0, $"nothing was skipped in {expected}");
        Assert.Equal(expected[..known], decisions[..known]);
        Assert.Equal(decisions, replayedHalf.GetProperty("decisions").GetString());
        Assert.True(replayed.GetProperty("costsMeasured").GetBoolean());
        Assert.InRange(new FileInfo(half).Length, new FileInfo(whole).Length / 2.2, new FileInfo(whole).Length / 1.8);
        Assert.Empty(_folder.GetFiles("*.tmp"));
    }

    [Fact]
    public async Task Compare_writes_results_report_sheet_and_pictures()
    {
        var run = await ToolRun.Of(
            "compare", "--prompt", "red apple", "--prompt", "blue mushroom", "--policies", "teacache,blockcache", "--steps", "4", "--guidance", "1", "--out", _folder.FullName, "--json");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["uncached", "teacache", "blockcache"], lines.Take(3).Select(l => l.GetProperty("label").GetString()));
        Assert.True(lines[^1].GetProperty("summary").GetBoolean());
        using var results = JsonDocument.Parse(File.ReadAllBytes(PathOf("results.json")));
        Assert.All(
            results.RootElement.GetProperty("rows").EnumerateArray().SelectMany(r => r.GetProperty("runs").EnumerateArray()),
            r => Assert.True(File.Exists(PathOf(r.GetProperty("image").GetString()!))));
        Assert.Contains("<h1>Caching policies compared</h1>", File.ReadAllText(PathOf("report.html")));
        Assert.True(Png.Load(PathOf("contact-sheet.png")).Width > 100);
    }

    [Fact]
    public async Task A_run_that_is_stopped_leaves_nothing_half_written()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        using var error = new StringWriter();
        using var output = new StringWriter();

        var exitCode = await ToolProgram.RunAsync(
            ["record", "--prompt", "red apple", "--steps", "200", "--out", PathOf("trace.safetensors")], new ToolConsole(output, error), stop.Token);

        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.EndsWith("Stopped.", error.ToString().TrimEnd());
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task Providers_finds_the_processor()
    {
        var lines = (await ToolRun.Of("providers", "--json")).Json();

        Assert.True(lines.Single(l => l.GetProperty("provider").GetString() == "CPU").GetProperty("available").GetBoolean());
        Assert.All(lines.Where(l => !l.GetProperty("available").GetBoolean()), l => Assert.NotEqual("", l.GetProperty("lacks").GetString()));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
