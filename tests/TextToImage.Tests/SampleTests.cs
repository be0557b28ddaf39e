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
    public async Task One_prompt_gives_an_object_for_each_policy_and_pictures()
    {
        var (code, output, _) = await RunAsync("--prompt", "red apple", "--policy", "h2cache,TeaCache", "--steps", "12", "--seed", "7", "--json", "--out", Out("run"));

        Assert.Equal(0, code);
        var results = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["None", "H2Cache", "TeaCache"], results.Select(r => r.GetProperty("policy").GetString()));
        string[] fields = ["policy", "options", "steps", "computed", "partial", "skipped", "seconds", "speedup", "ideal", "psnr", "ssim", "controlSteps", "controlPsnr", "image"];
        Assert.All(results, r => Assert.Equal(fields, r.EnumerateObject().Select(p => p.Name)));
        Assert.All(results, r => Assert.Equal(12, r.GetProperty("computed").GetDouble() + r.GetProperty("partial").GetDouble() + r.GetProperty("skipped").GetDouble()));
        Assert.Equal(12, results[0].GetProperty("computed").GetDouble());
        Assert.True(results[2].GetProperty("skipped").GetDouble() > 0, "TeaCache skips");
        Assert.InRange(results[1].GetProperty("ssim").GetDouble(), 0.5, 1);
        foreach (var result in results)
        {
            var picture = Png.Load(result.GetProperty("image").GetString()!);
            Assert.Equal((32, 32), (picture.Width, picture.Height));
            Assert.True(picture.Pixels.ToArray().Distinct().Count() > 20, "a picture has many colours");
        }

        Assert.True(File.Exists(Out("run/contact-sheet.png")) && File.Exists(Out("run/timeline.png")));
        Assert.Empty(Directory.GetFiles(Out("run"), "*.tmp"));
    }

    [Fact]
    public async Task The_table_shows_a_row_for_each_policy()
    {
        var (code, output, _) = await RunAsync("--prompt", "penguin", "--style", "fluent", "--policy", "DiCache", "--steps", "6", "--out", Out("table"));

        Assert.Equal(0, code);
        Assert.Contains("Uncached", output, StringComparison.Ordinal);
        Assert.Contains("DiCache", output, StringComparison.Ordinal);
        Assert.Contains("over control", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'blu' (nearest known: blue", "--prompt", "blu apple")]
    [InlineData("empty", "--prompt", " ")]
    [InlineData("twitter and fluent", "--prompt", "apple", "--style", "oil")]
    [InlineData("--style goes with --prompt", "--style", "fluent")]
    [InlineData("--steps is '0'; a whole number from 1 to 1000", "--steps", "0")]
    [InlineData("--steps is '1001'", "--steps=1001")]
    [InlineData("--guidance is 'NaN'", "--guidance", "NaN")]
    [InlineData("--guidance is '-1'", "--guidance", "-1")]
    [InlineData("--guidance is 'Infinity'", "--guidance", "Infinity")]
    [InlineData("--seed is 'x'", "--seed", "x")]
    [InlineData("'Magic' is not registered. Registered: None, H2Cache, BlockCache, TeaCache, DiCache", "--policy", "Magic")]
    [InlineData("'--stepz' is not an option", "--stepz", "5")]
    [InlineData("--out needs a value", "--out")]
    public async Task Bad_input_is_told_in_a_sentence(string expected, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments.Contains("--out") ? arguments : [.. arguments, "--out", Out("bad")]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
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
        Assert.Contains("cannot be written", errors, StringComparison.Ordinal);
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(60), began.Elapsed.ToString("c", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Help_shows_the_usage()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("--guidance G", output, StringComparison.Ordinal);
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
