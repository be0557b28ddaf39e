using CachePolicies;
using CachePolicies.Hosting;
using CachePolicies.Reporting;
using CachePolicies.Samples.CustomPolicy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Registers three policies of one's own beside the uncached run and compares their pictures with it.
var builder = Host.CreateApplicationBuilder(args);
builder.AddCachePolicies()
    .UseModel(FindModel())
    .AddNoCache()
    .AddCachePolicy<EveryNth, EveryNthOptions>("EveryThird", o => o.Period = 3)
    .AddCachePolicy<WorstToken, WorstTokenOptions>("WorstToken", o => o.Threshold = 0.3f)
    .AddCachePolicy<WorstToken, WorstTokenOptions>("WorstTokenWhileNoisy", o => o.Threshold = 0.3f)
    .Decorate("WorstTokenWhileNoisy", (_, policy) => new OnlyWhileNoisy(policy, leastSigma: 0.1f));
using var host = builder.Build();

var policies = host.Services.GetRequiredService<ICachePolicyProvider>();
var generator = host.Services.GetRequiredService<ITextToImageGenerator>();
var request = new TextToImageRequest("red apple") { Steps = 60, Seed = 1 };
await generator.GenerateImageAsync(request with { Policy = "None", Steps = 5 });
var uncached = await generator.GenerateImageAsync(request with { Policy = "None" });

var table = new TextTable(new TableColumn("policy", ColumnAlignment.Left), new TableColumn("time"), new TableColumn("PSNR"));
foreach (var name in policies.Names)
{
    var result = await generator.GenerateImageAsync(request with { Policy = name });
    table.AddRow(name, FormattableString.Invariant($"{result.Elapsed.TotalMilliseconds:F0} ms"), Decibels(ImageQuality.Psnr(result.Planes.Span, uncached.Planes.Span)));
}

Console.Write(table.ToPlainText());

static string Decibels(double psnr) => double.IsFinite(psnr) ? FormattableString.Invariant($"{psnr:F1} dB") : "identical";

static string FindModel()
{
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "models", "emoji", "manifest.json")))
    {
        folder = folder.Parent;
    }

    return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("models/emoji was not found above the program."), "models", "emoji");
}
