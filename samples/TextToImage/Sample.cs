using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Comparison;
using CachePolicies.Hosting;
using CachePolicies.Policies;
using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Samples.TextToImage;

/// <summary>What the command line asks for.</summary>
internal sealed record SampleRequest(string? Prompt, string? Style, IReadOnlyList<string>? Policies, int Steps, float Guidance, long Seed, string Out);

/// <summary>Registers the model and the policies, compares, and shows the result.</summary>
internal static class Sample
{
    public static async Task<int> RunAsync(SampleRequest request, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(request.Out);
            var model = ModelFolder.FindSample() ?? throw new DirectoryNotFoundException($"There is no '{ModelFolder.Sample}' here or above; run the sample in a clone of the repository.");
            using var host = BuildHost(model);
            await host.StartAsync(cancellationToken); // Checks the settings.
            Compare(host.Services, PicturesOf(request), request, cancellationToken);
            await host.StopAsync(CancellationToken.None);
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Cancelled.");
            return 1;
        }
        catch (Exception problem) when (problem is ArgumentException or OptionsValidationException or CachePlanException or InvalidOperationException or InvalidDataException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(problem.Message);
            return 2;
        }
    }

    private static IHost BuildHost(string model)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.AddCachePolicies().UseModel(model).AddNoCache().AddH2Cache().AddBlockCache().AddTeaCache().AddDiCache();
        return builder.Build();
    }

    private static void Compare(IServiceProvider services, PlannedPicture[] pictures, SampleRequest request, CancellationToken cancellationToken)
    {
        var registered = services.GetRequiredService<ICachePolicyProvider>();
        var names = request.Policies?.Select(n => registered.GetPolicy(n).Name).ToArray();
        ComparedPolicy[] policies = [Configured<H2CacheOptions>(services), Configured<BlockCacheOptions>(services), Configured<TeaCacheOptions>(services), Configured<DiCacheOptions>(services)];
        var plan = new ComparisonPlan(request.Steps, request.Guidance, pictures, [.. policies.Where(p => names is null || names.Contains(p.Name))])
        {
            Save = (name, image) => ComparisonFiles.SavePicture(request.Out, name, image),
        };
        var time = services.GetRequiredService<TimeProvider>();
        var template = new PictureRequest(pictures[0].Prompt) { Style = request.Style, Steps = request.Steps, Guidance = request.Guidance };
        var threads = services.GetRequiredService<IOptions<OnnxRuntimeOptions>>().Value.Threads;
        var comparer = new Comparer(new TextToImagePictures(services.GetRequiredService<ITextToImageGenerator>().Model, template, time, threads), plan, time);

        var done = 0;
        var results = comparer.Run(what => Console.Error.Write($"\r{++done} of {comparer.Work}, {what,-60}"), out _, cancellationToken);
        Console.Error.WriteLine();
        ComparisonFiles.Write(request.Out, results, comparer.PictureOf);
        Console.WriteLine(ComparisonTable.ToText(results));
        Console.WriteLine($"Pictures: {Path.GetFullPath(Path.Combine(request.Out, ComparisonFiles.ContactSheet))}");
        Console.WriteLine($"Report: {Path.GetFullPath(Path.Combine(request.Out, ComparisonFiles.Report))}");
    }

    /// <summary>A policy under its section of appsettings.json.</summary>
    private static ComparedPolicy Configured<TOptions>(IServiceProvider services)
        where TOptions : CachePolicyOptions, new()
    {
        var policy = PolicyCatalog.Of<TOptions>();
        return ComparedPolicy.Of(policy, services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(policy.Name), policy.Name);
    }

    /// <summary>The picture that is asked for; otherwise those of prompts.txt.</summary>
    private static PlannedPicture[] PicturesOf(SampleRequest request)
    {
        string[] prompts = request.Prompt is { } one ? [one] : [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "prompts.txt")).Where(l => !l.StartsWith('#'))];
        return [.. prompts.Select(p => new PlannedPicture(p, request.Seed))];
    }
}
