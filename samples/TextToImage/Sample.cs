using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Hosting;
using CachePolicies.Models;
using CachePolicies.TextToImage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CachePolicies.Samples.TextToImage;

/// <summary>The sample: registers, measures, reports.</summary>
internal static class Sample
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Help)
        {
            Console.WriteLine(Arguments.Usage);
            return 0;
        }

        var output = OutputFolder.Open(arguments.Out);
        var model = ModelFolder.Find();
        using var notes = new Notes();
        using var host = BuildHost(model, notes);
        try
        {
            // Starting checks the settings; the model is opened when it is first asked for.
            await host.StartAsync(cancellationToken);
            var policies = Choose(host.Services.GetRequiredService<ICachePolicyProvider>(), arguments.Policies);
            var prompts = arguments.Prompt is { } prompt ? [prompt] : ModelFolder.ReadPrompts(model);
            var comparison = new Comparison(host.Services.GetRequiredService<ITextToImageGenerator>(), arguments, prompts, policies);
            comparison.Check();

            var results = await Terminal.ShowProgressAsync(comparison.Work, report => comparison.RunAsync(report, cancellationToken));
            new Report(arguments, prompts, results, host.Services).Write(output);
            notes.Show();
            await host.StopAsync(CancellationToken.None);
            return 0;
        }
        catch (Exception problem) when (problem is PromptException or UnknownCachePolicyException or OptionsValidationException or CachePlanException or InvalidModelException or ProviderNotAvailableException or NotSupportedException)
        {
            throw new BadInputException(problem.Message);
        }
    }

    private static IHost BuildHost(string model, Notes notes)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddProvider(notes);
        builder.AddCachePolicies()
            .UseModel(model)
            .AddNoCache()
            .AddH2Cache()
            .AddBlockCache()
            .AddTeaCache()
            .AddDiCache();
        return builder.Build();
    }

    /// <summary>The policies that are compared, without the uncached run, which always is.</summary>
    private static List<string> Choose(ICachePolicyProvider registered, IReadOnlyList<string> asked)
    {
        var names = asked.Count == 0 ? registered.Names : [.. asked.Select(a => registered.GetPolicy(a).Name)];
        return [.. names.Where(n => n != Comparison.Uncached).Distinct()];
    }
}
