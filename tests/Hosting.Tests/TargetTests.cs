using System.Collections.Immutable;
using CachePolicies.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CachePolicies.Hosting.Tests;

public sealed class TargetTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");

    private string File => Path.Combine(_folder.FullName, "measured.json");

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_target_is_served_with_the_settings_that_were_measured()
    {
        Measure();
        await using var services = Services(o => o.MeasuredFile = File, threshold: 0);
        var generator = services.GetRequiredService<ITextToImageGenerator>();

        var served = await generator.GenerateImageAsync(Request with { Target = GenerationTarget.Parse("30 dB") });

        Assert.Equal("BlockCache", served.Policy);
        Assert.Equal(new MeasuredSetting("BlockCache", ["Threshold=0.3"], 35, 0.5, 0.98, 2, 8).ToString(), served.Target!.Setting.ToString());
        Assert.Contains("For 30 dB, 35.0 ± 0.5 dB, SSIM 0.980, 2.0× with BlockCache (Threshold=0.3) is expected, as measured on 8 pictures.", served.Notes);

        // The configured threshold is another one; the measured one is used, and nothing else of the configuration.
        using var own = Services(_ => { }, threshold: 0.3f, warmup: 0);
        var expected = await own.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(Request with { Policy = "BlockCache" });
        Assert.Equal(expected.Planes.ToArray(), served.Planes.ToArray());
    }

    [Fact]
    public async Task A_request_without_a_target_or_policy_gets_the_target_of_the_host()
    {
        Measure();
        await using var services = Services(o => (o.MeasuredFile, o.Target) = (File, "2x"));
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        Assert.Equal(TargetMeasure.Speedup, (await generator.GenerateImageAsync(Request)).Target!.Target.Measure);
        Assert.Null((await generator.GenerateImageAsync(Request with { Policy = "None" })).Target);
    }

    [Fact]
    public async Task What_cannot_be_served_is_refused_with_what_can_be_had()
    {
        Measure();
        await using var services = Services(o => o.MeasuredFile = File);
        async Task<string> Says(TextToImageRequest request) =>
            (await Assert.ThrowsAnyAsync<ArgumentException>(() => services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(request))).Message;
        var target = GenerationTarget.Parse("30 dB");
        Assert.Contains("reaches 90 dB; the nearest is 40.0 dB", await Says(Request with { Target = GenerationTarget.Parse("90 dB") }), StringComparison.Ordinal);
        Assert.Contains("12 evaluations, but this run has 6", await Says(Request with { Target = target, Steps = 6 }), StringComparison.Ordinal);
        Assert.Contains("no settings of the policy with it", await Says(Request with { Target = target, PolicyOverrides = new CachePolicyOverrides().Set("Threshold", "1") }), StringComparison.Ordinal);
        Assert.Contains("Nothing was measured of the policies", await Says(Request with { Target = target, Policy = "None" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_measured_settings_says_so()
    {
        await using var services = Services(_ => { });
        var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
            services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(Request with { Target = GenerationTarget.Parse("2x") }));
        Assert.Contains("set CachePolicies:MeasuredFile", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_good_settings_stay_while_the_file_is_broken_or_away()
    {
        Measure();
        await using var services = Services(o => o.MeasuredFile = File);
        var generator = services.GetRequiredService<ITextToImageGenerator>();
        var request = Request with { Target = GenerationTarget.Parse("30 dB") };
        var good = await generator.GenerateImageAsync(request);

        System.IO.File.WriteAllText(File, "{ \"run\": ");
        System.IO.File.SetLastWriteTimeUtc(File, DateTime.UnixEpoch);
        Assert.Equal(good.Target!.Setting.ToString(), (await generator.GenerateImageAsync(request)).Target!.Setting.ToString());
        System.IO.File.Delete(File);
        Assert.Equal(good.Target.Setting.ToString(), (await generator.GenerateImageAsync(request)).Target!.Setting.ToString());
    }

    [Theory]
    [InlineData("40", null, "CachePolicies:Target is 40; expected decibels above 0")]
    [InlineData("40 dB", null, "CachePolicies:Target needs the measured settings of the model")]
    [InlineData(null, "nowhere.json", "There are no measured settings 'nowhere.json'")]
    public async Task Settings_that_cannot_work_are_found_when_they_are_read(string? target, string? file, string says)
    {
        await using var services = Services(o => (o.MeasuredFile, o.Target) = (file, target));
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptionsMonitor<CachePoliciesOptions>>().CurrentValue);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private static TextToImageRequest Request => new("red pear") { Steps = 12, Seed = 3 };

    private void Measure() => new MeasuredSettings(
        _tiny.Model.Prepare(Request).Signature,
        [
            new("BlockCache", ["Threshold=0.3"], 35, 0.5, 0.98, 2, 8),
            new("EasyCache", ["Threshold=0.3"], 39, null, 0.98, 9, 8), // not registered
            new("H2Cache", ImmutableArray<string>.Empty, 40, null, 0.99, 1.5, 2),
        ]).Save(File);

    private ServiceProvider Services(Action<CachePoliciesOptions> configure, float threshold = 0.3f, int warmup = 5)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCachePolicies().AddNoCache().AddH2Cache().AddBlockCache(o => (o.Threshold, o.WarmupSteps) = (threshold, warmup)).UseTextToImage(_ => _tiny.Model);
        services.Configure(configure);
        return services.BuildServiceProvider();
    }
}
