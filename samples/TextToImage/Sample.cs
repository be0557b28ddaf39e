using System.Text.Json;
using CachePolicies.Comparison;
using CachePolicies.Hosting;
using CachePolicies.TextToImage;
using Microsoft.Extensions.Configuration;
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
            Compare(host.Services, PicturesOf(request, model), request, cancellationToken);
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
        var settings = services.GetRequiredService<IConfiguration>().GetSection("CachePolicies");
        var names = (request.Policies ?? registered.Names).Select(n => registered.GetPolicy(n).Name).Where(n => n != "None").Distinct();
        var plan = new ComparisonPlan(request.Steps, request.Guidance, pictures, [.. names.Select(n => new ComparedPolicy(n, n, registered.GetPolicy(n)) { Options = OptionsOf(settings.GetSection(n)) })])
        {
            Save = (name, image) => ComparisonFiles.SavePicture(request.Out, name, image),
        };
        var time = services.GetRequiredService<TimeProvider>();
        var template = new PictureRequest(pictures[0].Prompt) { Style = request.Style, Steps = request.Steps, Guidance = request.Guidance };
        var comparer = new Comparer(new TextToImagePictures(services.GetRequiredService<ITextToImageGenerator>().Model, template, time), plan, time);

        var done = 0;
        var results = comparer.Run(what => Console.Error.Write($"\r{++done} of {comparer.Work}, {what,-60}"), out _, cancellationToken);
        Console.Error.WriteLine();
        ComparisonFiles.Write(request.Out, results, comparer.PictureOf);
        Console.WriteLine(ComparisonTable.ToText(results));
        Console.WriteLine($"Pictures: {Path.GetFullPath(Path.Combine(request.Out, ComparisonFiles.ContactSheet))}");
        Console.WriteLine($"Report: {Path.GetFullPath(Path.Combine(request.Out, ComparisonFiles.Report))}");
    }

    /// <summary>The picture that is asked for; otherwise six prompts that the model was trained on and two new word combinations.</summary>
    private static PlannedPicture[] PicturesOf(SampleRequest request, string model)
    {
        using var prompts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(model, "prompts.json")));
        IEnumerable<string> First(string kind, int count) => prompts.RootElement.GetProperty(kind).EnumerateArray().Take(count).Select(p => p.GetString()!);
        return [.. (request.Prompt is { } one ? [one] : First("known", 6).Concat(First("new", 2))).Select((text, i) => new PlannedPicture(text, request.Seed + i))];
    }

    /// <summary>A policy's own section of appsettings.json, as it stands there.</summary>
    private static string[] OptionsOf(IConfigurationSection section) =>
        [.. section.AsEnumerable(makePathsRelative: true).Where(p => p.Value is not null).Select(p => $"{p.Key.Replace(':', '.')}={p.Value}").Order()];
}
