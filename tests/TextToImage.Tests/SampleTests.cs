using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CachePolicies.Reporting;

namespace CachePolicies.Samples.TextToImage.Tests;

/// <summary>Runs the sample as a user does: a process with arguments, its two streams and its exit code.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sample");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task One_prompt_gives_a_table_pictures_and_a_report()
    {
        var (code, output, errors) = await RunAsync("--prompt", "red apple", "--policy", "h2cache,TeaCache", "--steps", "12", "--seed", "7", "--out", Out("run"));

        Assert.True(code == 0, errors);
        Assert.All(["uncached", "H2Cache", "TeaCache", "τ1 0.22", "full / part / skipped", "above control"], shown => Assert.Contains(shown, output, StringComparison.Ordinal));
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Out("run/results.json")));
        var rows = results.RootElement.GetProperty("rows").EnumerateArray().Where(r => r.GetProperty("kind").GetString() != "control").ToArray();
        Assert.Equal(["uncached", "H2Cache", "TeaCache"], rows.Select(r => r.GetProperty("label").GetString()));
        Assert.All(rows, r => Assert.Equal(12, r.GetProperty("full").GetDouble() + r.GetProperty("part").GetDouble() + r.GetProperty("skipped").GetDouble()));
        Assert.Equal(12, rows[0].GetProperty("full").GetDouble());
        Assert.True(rows[2].GetProperty("skipped").GetDouble() > 0, "TeaCache skips");
        Assert.InRange(rows[1].GetProperty("ssim").GetDouble(), 0.5, 1);
        foreach (var row in rows)
        {
            var picture = Png.Load(Out("run/" + row.GetProperty("runs")[0].GetProperty("image").GetString()));
            Assert.Equal((32, 32), (picture.Width, picture.Height));
            Assert.True(picture.Pixels.ToArray().Distinct().Count() > 20, "a picture has many colours");
        }

        Assert.All(["contact-sheet.png", "timeline.png", "report.html", "table.md"], file => Assert.True(File.Exists(Out("run/" + file)), file));
        Assert.Empty(Directory.GetFiles(Out("run"), "*.tmp"));
    }

    [Theory]
    [InlineData("'blu'", "--prompt", "blu apple")]
    [InlineData("empty", "--prompt", " ")]
    [InlineData("twitter and fluent", "--prompt", "apple", "--style", "oil")]
    [InlineData("1 to 1000", "--prompt", "red apple", "--steps", "0")]
    [InlineData("1001", "--prompt", "red apple", "--steps=1001")]
    [InlineData("NaN", "--prompt", "red apple", "--guidance", "NaN")]
    [InlineData("'x'", "--seed", "x")]
    [InlineData("'Magic' is not registered. Registered: None, H2Cache, BlockCache, TeaCache, DiCache", "--policy", "Magic")]
    [InlineData("'--stepz'", "--stepz", "5")]
    [InlineData("--out", "--out")]
    public async Task Bad_input_is_told_in_a_sentence(string expected, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments.Contains("--out") ? arguments : [.. arguments, "--out", Out("bad")]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(Out("bad")) && Directory.EnumerateFiles(Out("bad")).Any(), "nothing is written");
    }

    [Fact]
    public async Task An_output_folder_that_cannot_be_written_is_found_out_at_once()
    {
        await File.WriteAllTextAsync(Out("file"), "");
        var began = Stopwatch.StartNew();
        var (code, _, errors) = await RunAsync("--out", Out("file"));

        Assert.Equal(2, code);
        Assert.Contains("file", errors, StringComparison.Ordinal);
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(60), began.Elapsed.ToString("c", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Help_shows_the_usage()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("--guidance", output, StringComparison.Ordinal);
    }

    private string Out(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "TextToImage.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
