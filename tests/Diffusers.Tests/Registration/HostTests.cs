using System.Diagnostics.Metrics;
using CachePolicies.Hosting;
using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace CachePolicies.Diffusers.Tests;

/// <summary>Folders of pipelines in a host: pictures, several models by name, what is said when one is missing.</summary>
public sealed class HostTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("host-");

    public void Dispose() => _temporary.Delete(recursive: true);

    private static TextToImageRequest Fox => new("a red fox") { Width = 64, Height = 64, Steps = 4, Seed = 1, Policy = "H2Cache" };

    private string Copy(string family) => PipelineCopy.Of(Repository.PathOf($"tests/Diffusers.Tests/Folders/{family}"), _temporary);

    private static IHost Host(Action<ICachePoliciesBuilder> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.AddCachePolicies().AddH2Cache());
        builder.Services.AddHealthChecks().AddCachePolicies(model: null);
        return builder.Build();
    }

    [Fact]
    public async Task A_host_makes_pictures_of_a_folder()
    {
        using var host = Host(b => b.UseDiffusersModel(Copy("sd15")));
        await host.StartAsync();

        var result = await host.Services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(Fox);

        Assert.Equal("H2Cache", result.Policy);
        Assert.Equal((64, 64), (result.Image.Width, result.Image.Height));
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, health.Status);
        Assert.Contains("is loaded", health.Entries["cachepolicies"].Description, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task Folders_under_names_are_models_of_their_own_and_tagged_in_telemetry()
    {
        var models = new HashSet<string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name.StartsWith("CachePolicies", StringComparison.Ordinal))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Note(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key.EndsWith("model", StringComparison.Ordinal))
                {
                    lock (models)
                    {
                        models.Add(tag.Value as string);
                    }
                }
            }
        }

        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Note(tags));
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Note(tags));
        listener.Start();
        using var host = Host(b => b
            .UseDiffusersModel("old", Copy("sd15"))
            .UseDiffusersModel("new", Copy("flux035"), o => o.EncodedTextBytes = 0));
        await host.StartAsync();

        var old = await host.Services.GetRequiredKeyedService<ITextToImageGenerator>("old").GenerateImageAsync(Fox);
        var made = await host.Services.GetRequiredKeyedService<ITextToImageGenerator>("new").GenerateImageAsync(Fox);

        Assert.NotEqual(old.Image.Pixels.ToArray(), made.Image.Pixels.ToArray());
        Assert.Equal("flux", host.Services.GetRequiredKeyedService<StagedDenoiser>("new").Layout.Family);
        Assert.Superset(new HashSet<string?> { "old", "new" }, models);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_folder_that_is_missing_or_not_whole_stops_the_start()
    {
        var lacking = Copy("sd15");
        File.Delete(Path.Combine(lacking, "vae_decoder", "model.onnx"));
        var gone = Path.Combine(_temporary.FullName, "gone");

        Assert.Contains($"There is no folder '{gone}'", await Refusal(b => b.UseDiffusersModel(gone)), StringComparison.Ordinal);
        Assert.Contains("vae_decoder has no model.onnx", await Refusal(b => b.UseDiffusersModel("sd", lacking)), StringComparison.Ordinal);
        Assert.Contains($"There is no file '{gone}'", await Refusal(b => b.UseDiffusersModel(Copy("flux035"), o => o.SchedulerPath = gone)), StringComparison.Ordinal);

        static async Task<string> Refusal(Action<ICachePoliciesBuilder> configure)
        {
            using var host = Host(configure);
            return (await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync())).Message;
        }
    }

    [Fact]
    public void A_second_model_without_a_name_or_of_the_same_name_is_refused()
    {
        Assert.Contains("registered already", Assert.Throws<InvalidOperationException>(() => Host(b => b.UseDiffusersModel("a").UseDiffusersModel("b"))).Message, StringComparison.Ordinal);
        Assert.Contains("'x'", Assert.Throws<InvalidOperationException>(() => Host(b => b.UseDiffusersModel("x", "a").UseDiffusersModel("x", "b"))).Message, StringComparison.Ordinal);
    }
}
