using CachePolicies.Hosting;
using CachePolicies.TextToImage;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what makes the first request as fast as the second.</summary>
public static class WarmUpBuilderExtensions
{
    /// <summary>
    /// Draws with each model under each policy while the host starts, so that models are loaded, kernels compiled and memory taken before the first request
    /// comes: one picture under the default policy, and the first evaluations of one under each other policy. The start takes that much longer, and fails where
    /// the picture cannot be made.
    /// </summary>
    /// <param name="builder">The builder. Models and policies may be registered before or after.</param>
    /// <param name="configure">Sets what is drawn; <see cref="WarmUpOptions.Prompt"/> is needed.</param>
    public static ICachePoliciesBuilder WarmUpAtStart(this ICachePoliciesBuilder builder, Action<WarmUpOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new WarmUpOptions();
        configure(options);
        options.Validate();
        var services = builder.Services;
        services.AddSingleton<IHostedService>(s => new WarmUp(s, () => ModelsOf(services), options));
        return builder;
    }

    /// <summary>The names of the generators; <see langword="null"/> is the one without.</summary>
    private static IEnumerable<string?> ModelsOf(IServiceCollection services) => services
        .Where(d => d.ServiceType == typeof(ITextToImageModel) && d.ServiceKey is null or string)
        .Select(d => (string?)d.ServiceKey)
        .Distinct(StringComparer.Ordinal);
}
