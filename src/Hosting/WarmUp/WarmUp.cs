using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting;

/// <summary>Draws with each model under each policy while the host starts.</summary>
/// <param name="services">Where models and policies are registered.</param>
/// <param name="models">The names of the models; <see langword="null"/> is the one without.</param>
/// <param name="options">What is drawn.</param>
internal sealed class WarmUp(IServiceProvider services, Func<IEnumerable<string?>> models, WarmUpOptions options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(Log.GenerationCategory);
        var policies = services.GetRequiredService<ICachePolicyProvider>();
        var finished = policies.DefaultName;
        foreach (var model in models())
        {
            var generator = model is null ? services.GetRequiredService<ITextToImageGenerator>() : services.GetRequiredKeyedService<ITextToImageGenerator>(model);
            foreach (var policy in policies.Names.Order(StringComparer.Ordinal))
            {
                try
                {
                    await DrawAsync(generator, policy, policy == finished ? int.MaxValue : options.Evaluations, cancellationToken).ConfigureAwait(false);
                }
                catch (CachePlanException mismatch) when (policy != finished)
                {
                    // A host of several models has policies that are not meant for each of them.
                    Log.NotWarmedUp(logger, model ?? generator.Model.Denoiser.Layout.Name, policy, mismatch.Message);
                }
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task DrawAsync(ITextToImageGenerator generator, string policy, int evaluations, CancellationToken cancellationToken)
    {
        await foreach (var update in generator.GenerateAsync(options.RequestFor(policy), cancellationToken).ConfigureAwait(false))
        {
            if (update is TextToImageProgress progress && progress.Completed >= evaluations)
            {
                return;
            }
        }
    }
}
