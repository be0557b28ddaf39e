using CachePolicies.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CachePolicies.Hosting.Tests;

/// <summary>The README's quick start, as it stands there; it compiles, and runs with other paths in <see cref="QuickStartTests"/>.</summary>
internal static class QuickStart
{
    public static async Task RunAsync(string[] args)
    {
        // begin
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddH2Cache(o => o.StructureThreshold = 0.12f)
            .UseModel("models/emoji");
        using var host = builder.Build();

        var generator = host.Services.GetRequiredService<ITextToImageGenerator>();
        var result = await generator.GenerateImageAsync(new("red apple") { Steps = 100 });
        Png.Save("apple.png", result.Image);
        // end
    }
}
