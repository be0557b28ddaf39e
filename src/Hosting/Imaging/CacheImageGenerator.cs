using System.Globalization;
using CachePolicies.Reporting;
using CachePolicies.TextToImage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CachePolicies.Hosting;

/// <summary>The project's generator as Microsoft.Extensions.AI's <see cref="IImageGenerator"/>. Thread-safe.</summary>
/// <param name="services">Where the generators are registered.</param>
/// <param name="model">The model of a request that names none; <see langword="null"/> for the one without a name.</param>
internal sealed class CacheImageGenerator(IServiceProvider services, string? model) : IImageGenerator
{
    public async Task<ImageGenerationResponse> GenerateAsync(ImageGenerationRequest request, ImageGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.OriginalImages?.Any() is true)
        {
            throw new NotSupportedException("Pictures are made of text alone here; to start from a picture, use ITextToImageGenerator with PictureRequest.Image.");
        }

        if (options?.ResponseFormat is { } response and not ImageGenerationResponseFormat.Data)
        {
            throw new NotSupportedException($"The response format {response} is not possible; expected {ImageGenerationResponseFormat.Data}.");
        }

        var (format, mediaType) = FormatOf(options?.MediaType);
        var generator = GeneratorOf(options?.ModelId);
        var result = await generator.GenerateImageAsync(ImageRequestSettings.Apply(request.Prompt ?? "", options), cancellationToken).ConfigureAwait(false);
        return new ImageGenerationResponse([.. result.Pictures.Pictures.Select(p => new DataContent(PictureFile.Encode(p.Image, format), mediaType) { AdditionalProperties = Describe(result) })])
        {
            RawRepresentation = result,
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ImageGeneratorMetadata) ? new ImageGeneratorMetadata("cachepolicies", providerUri: null, model)
            : serviceType == typeof(ITextToImageGenerator) ? GeneratorOf(null)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        // The generators are the container's.
    }

    private ITextToImageGenerator GeneratorOf(string? wanted)
    {
        var name = wanted ?? model;
        return (name is null ? services.GetService<ITextToImageGenerator>() : services.GetKeyedService<ITextToImageGenerator>(name))
            ?? throw new ArgumentException($"No model is registered as '{Excerpt.Of(name)}'; call UseModel(name, directory).");
    }

    private static AdditionalPropertiesDictionary Describe(TextToImageResult result) => new()
    {
        [ImageGenerationProperties.Policy] = result.Policy,
        [ImageGenerationProperties.Report] = result.Report,
        [ImageGenerationProperties.Seconds] = result.Elapsed.TotalSeconds,
        [ImageGenerationProperties.Notes] = result.Notes,
    };

    private static (PictureFormat Format, string MediaType) FormatOf(string? mediaType) => mediaType?.ToLower(CultureInfo.InvariantCulture) switch
    {
        null or "image/png" => (PictureFormat.Png, "image/png"),
        "image/jpeg" => (PictureFormat.Jpeg, "image/jpeg"),
        "image/webp" => (PictureFormat.Webp, "image/webp"),
        _ => throw new NotSupportedException($"Pictures of the media type '{Excerpt.Of(mediaType)}' are not made; expected image/png, image/jpeg or image/webp."),
    };
}
