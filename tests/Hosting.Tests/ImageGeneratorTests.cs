using System.Diagnostics;
using System.Drawing;
using CachePolicies.Reporting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Hosting.Tests;

public sealed class ImageGeneratorTests
{
    [Fact]
    public async Task A_picture_equals_that_of_the_generator_and_comes_with_a_report_of_the_cache()
    {
        using var tiny = new TinyModel();
        await using var services = ServicesOf(tiny);
        var generator = services.GetRequiredService<IImageGenerator>();

        var response = await generator.GenerateAsync(new("red apple"), new ImageGenerationOptions
        {
            Count = 2,
            MediaType = "image/webp",
            ImageSize = new Size(4, 4),
            AdditionalProperties = new()
            {
                [ImageGenerationProperties.Policy] = "TeaCache",
                [ImageGenerationProperties.PolicyOverrides] = new CachePolicyOverrides().Set("Threshold", "0.3"),
                [ImageGenerationProperties.Steps] = 12,
                [ImageGenerationProperties.Seed] = 5L,
                [ImageGenerationProperties.Guidance] = 2.0,
                [ImageGenerationProperties.Style] = "glossy",
            },
        });

        var expected = await services.GetRequiredService<ITextToImageGenerator>().GenerateImageAsync(new("red apple")
        {
            ImageCount = 2,
            Policy = "TeaCache",
            PolicyOverrides = new CachePolicyOverrides().Set("Threshold", "0.3"),
            Steps = 12,
            Seed = 5,
            Guidance = 2,
            Style = "glossy",
            ReportDecisions = true,
        });
        var pictures = response.Contents.Cast<DataContent>().ToArray();
        Assert.Equal(expected.Pictures.Pictures.Select(p => PictureFile.Encode(p.Image, PictureFormat.Webp)), pictures.Select(p => p.Data.ToArray()));
        Assert.All(pictures, p => Assert.Equal("image/webp", p.MediaType));
        var told = pictures[0].AdditionalProperties!;
        Assert.Equal("TeaCache", told[ImageGenerationProperties.Policy]);
        Assert.Equal(expected.Report!.Steps, Assert.IsType<CacheReport>(told[ImageGenerationProperties.Report]).Steps);
        Assert.IsType<TextToImageResult>(response.RawRepresentation);
        Assert.Equal(0, tiny.LiveTensors);
    }

    [Fact]
    public async Task It_composes_with_the_builder()
    {
        using var tiny = new TinyModel();
        await using var services = ServicesOf(tiny);
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "images",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var generator = services.GetRequiredService<IImageGenerator>().AsBuilder().UseOpenTelemetry(sourceName: "images").UseLogging().Build(services);

        Assert.Single((await generator.GenerateAsync(new("red apple"))).Contents);
        Assert.Contains(activities, a => a.Tags.Any(t => t is { Key: "gen_ai.provider.name", Value: "cachepolicies" }));
        Assert.NotNull(generator.GetService<ITextToImageGenerator>());
    }

    [Theory]
    [InlineData("step", 3, "Did you mean steps")]
    [InlineData("steps", "many", "The property 'steps' is a String; expected a number.")]
    [InlineData("steps", 9999999999L, "expected a number that a Int32 holds")]
    [InlineData("policy", 3, "The property 'policy' is a Int32; expected a string.")]
    [InlineData("policy", "TeeCache", "is not registered")]
    public async Task A_wrong_property_is_named(string name, object value, string expected)
    {
        using var tiny = new TinyModel();
        await using var services = ServicesOf(tiny);

        var refusal = await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            services.GetRequiredService<IImageGenerator>().GenerateAsync(new("red apple"), new() { AdditionalProperties = new() { [name] = value } }));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused()
    {
        using var tiny = new TinyModel();
        await using var services = ServicesOf(tiny);
        var generator = services.GetRequiredService<IImageGenerator>();

        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(new("red apple", [new DataContent(new byte[1], "image/png")])));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(new("red apple"), new() { MediaType = "image/bmp" }));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(new("red apple"), new() { ResponseFormat = ImageGenerationResponseFormat.Uri }));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(new("red apple"), new() { ModelId = "flux" }));
    }

    private static ServiceProvider ServicesOf(TinyModel tiny)
    {
        var services = new ServiceCollection();
        services.AddCachePolicies().UseTextToImage(_ => tiny.Model).AddH2Cache().AddTeaCache().AddImageGenerator();
        return services.BuildServiceProvider();
    }
}
