using System.Diagnostics.CodeAnalysis;
using CachePolicies;
using CachePolicies.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the generator as Microsoft.Extensions.AI knows it.</summary>
public static class ImageGeneratorBuilderExtensions
{
    /// <summary>
    /// Registers <see cref="IImageGenerator"/> over the registered models, beside <see cref="ITextToImageGenerator"/>: a request's <c>ModelId</c> names the model,
    /// <see cref="ImageGenerationProperties"/> in its <c>AdditionalProperties</c> the policy and the rest, and each picture of the answer brings the cache's report.
    /// Wrap it with <c>ImageGeneratorBuilder</c> of the package Microsoft.Extensions.AI for logging and OpenTelemetry. The interface is experimental in that
    /// package and may change, which is why this method is, too.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="model">The model of a request that names none; <see langword="null"/>, the default, for the one that was registered without a name.</param>
    [Experimental("MEAI001")]
    public static ICachePoliciesBuilder AddImageGenerator(this ICachePoliciesBuilder builder, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<IImageGenerator>(s => new CacheImageGenerator(s, model));
        return builder;
    }
}
