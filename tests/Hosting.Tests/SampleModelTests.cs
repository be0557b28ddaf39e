using CachePolicies.Engine;
using CachePolicies.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CachePolicies.Hosting.Tests;

public class SampleModelTests
{
    [Fact]
    public async Task The_sample_model_makes_a_picture_and_a_cache_saves_stages()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddBlockCache(o => o.Threshold = 0.5f).UseModel(Repository.PathOf("models/emoji"));
        using var host = builder.Build();
        var generator = host.Services.GetRequiredService<ITextToImageGenerator>();

        var decisions = new List<EvaluationRecord>();
        TextToImageResult? result = null;
        await foreach (var update in generator.GenerateAsync(new("red apple") { Steps = 12, ReportDecisions = true }))
        {
            decisions.AddRange((update as TextToImageProgress)?.Decisions ?? []);
            result = update as TextToImageResult ?? result;
        }

        Assert.Equal((32, 32), (result!.Image.Width, result.Image.Height));
        Assert.Contains(decisions, d => d.Share == ComputedShare.Partial);
        Assert.Contains(decisions, d => d.Share == ComputedShare.Full);
        Assert.True(result.Planes.ToArray().Count(p => p > 0.9f) > 500, "an emoji stands on white");
    }
}
