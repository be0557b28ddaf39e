using System.Text.Json;
using System.Text.Json.Nodes;
using CachePolicies.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Tool.Tests;

/// <summary>What tuning writes, as the host reads it: what was fitted to a model works there and is refused for another.</summary>
public sealed class TunedSectionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies tests-");

    private string File => Path.Combine(_folder.FullName, "tuned.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Magcache_s_section_names_the_calibration_and_generates()
    {
        var run = await ToolRun.Of(
            "tune", "--policy", "magcache", "--target-psnr", "5", "--prompt", "red apple", "--seeds", "11", "--steps", "12", "--guidance", "1", "--minutes", "0.01", "--out", File, "--json");
        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);

        Assert.Equal(12, await Generate("MagCache", static b => b.AddMagCache()));

        var calibration = JsonNode.Parse(System.IO.File.ReadAllText(File))!["CachePolicies"]!["MagCache"]!["CalibrationFile"]!.GetValue<string>();
        var fitted = JsonNode.Parse(System.IO.File.ReadAllText(calibration))!;
        fitted["fingerprint"] = "sha256:another";
        System.IO.File.WriteAllText(calibration, fitted.ToJsonString());
        await Assert.ThrowsAsync<CachePlanException>(() => Generate("MagCache", static b => b.AddMagCache()));
    }

    [Fact]
    public async Task A_fitted_polynomial_goes_with_its_models_fingerprint()
    {
        using var manifest = JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(ModelFolder.Find(null), "manifest.json")));
        var own = manifest.RootElement.GetProperty("fingerprint").GetString()!;

        Write(own);
        Assert.Equal(12, await Generate("TeaCache", static b => b.AddTeaCache()));

        Write("sha256:another");
        var refused = await Assert.ThrowsAsync<CachePlanException>(() => Generate("TeaCache", static b => b.AddTeaCache()));
        Assert.Contains("'sha256:another'", refused.Message);

        void Write(string fingerprint)
        {
            var policy = PolicySettings.Create("teacache", ["Threshold=0.2", "Coefficients=2,-0.1,0.01", $"ModelFingerprint={fingerprint}"]);
            var section = new JsonObject { ["CachePolicies"] = new JsonObject { ["TeaCache"] = TunedSection.Settings(policy.Entry.Options, policy.Settings) } };
            System.IO.File.WriteAllText(File, section.ToJsonString());
        }
    }

    private async Task<int> Generate(string policy, Action<ICachePoliciesBuilder> add)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonFile(File).Build());
        var builder = services.AddCachePolicies();
        add(builder);
        builder.UseModel(ModelFolder.Find(null));
        await using var provider = services.BuildServiceProvider();
        var result = await provider.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(new TextToImageRequest("red apple") { Steps = 12, Policy = policy });
        return result.Evaluations;
    }
}
