using System.Globalization;
using System.Security.Cryptography;
using CachePolicies.Policies;
using CachePolicies.Reporting;

namespace CachePolicies.Server;

/// <summary>A request that was understood: the job, and how it is answered.</summary>
/// <param name="Job">What is made.</param>
/// <param name="Format">The format of the files.</param>
/// <param name="AsUrl">Whether pictures are answered by address.</param>
/// <param name="AsStream">Whether they are answered by events.</param>
internal sealed record ImageOrder(PictureJob Job, PictureFormat Format, bool AsUrl, bool AsStream)
{
    private const int MostPictures = 10;
    private const int MostPartialImages = 3;

    /// <summary>The format's name in the interface.</summary>
    public string FormatName => Format.ToString().ToLowerInvariant();

    /// <summary>Checks a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="defaultModel">The model where it names none.</param>
    /// <exception cref="ApiErrorException">A parameter is wrong.</exception>
    public static ImageOrder Of(ImageRequest request, string defaultModel)
    {
        var prompt = request.Prompt ?? throw Wrong("prompt", "is missing; expected what the picture shows", "missing_parameter");
        var extension = request.CachePolicies ?? new CacheRequest();
        var stream = request.Stream ?? false;
        var format = OneOf("output_format", request.OutputFormat, PictureFormat.Png, ("png", PictureFormat.Png), ("jpeg", PictureFormat.Jpeg), ("webp", PictureFormat.Webp));
        var asUrl = OneOf("response_format", request.ResponseFormat, false, ("b64_json", false), ("url", true));
        OneOf("background", request.Background, 0, ("auto", 0), ("opaque", 0));
        if (request.OutputCompression is { } compression and not 100)
        {
            throw Wrong("output_compression", $"is {compression}; expected 100, because pictures are written at one quality");
        }

        if (asUrl && stream)
        {
            throw Wrong("response_format", "is url; a stream carries the pictures themselves, so expected b64_json");
        }

        if (request.PartialImages is { } partial && (partial is < 0 or > MostPartialImages || !stream))
        {
            throw Wrong("partial_images", stream ? $"is {partial}; expected 0 to {MostPartialImages}" : "needs stream to be true");
        }

        if (extension.Progress is true && !stream)
        {
            throw Wrong("cachepolicies.progress", "needs stream to be true");
        }

        if (extension.Target is { } target && !GenerationTarget.TryParse(target, out _))
        {
            throw Wrong("cachepolicies.target", $"is '{Excerpt.Of(target)}'; expected {GenerationTarget.OptionType.Expected}");
        }

        var (width, height) = SizeOf(request.Size);
        return new ImageOrder(
            new PictureJob(request.Model is { Length: > 0 } model ? model : defaultModel, prompt, extension.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue))
            {
                NegativePrompt = extension.NegativePrompt,
                Style = extension.Style,
                Width = width,
                Height = height,
                Steps = extension.Steps,
                Guidance = extension.Guidance,
                Count = request.N is not { } n ? 1 : n is >= 1 and <= MostPictures ? n : throw Wrong("n", $"is {n}; expected 1 to {MostPictures}"),
                Policy = extension.Policy,
                Target = extension.Target,
                Overrides = OverrideReader.Read(extension.Overrides),
                PartialImages = request.PartialImages ?? 0,
                Progress = extension.Progress ?? false,
            },
            format,
            asUrl,
            stream);
    }

    private static (int? Width, int? Height) SizeOf(string? size)
    {
        if (size is null or "auto")
        {
            return (null, null);
        }

        var sides = size.Split('x');
        return sides.Length == 2 && Side(sides[0]) is { } width && Side(sides[1]) is { } height
            ? (width, height)
            : throw Wrong("size", $"is '{Excerpt.Of(size)}'; expected auto or WIDTHxHEIGHT in pixels, such as 512x512");
    }

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= 1 and <= 16_384 ? side : null;

    private static T OneOf<T>(string parameter, string? value, T otherwise, params (string Name, T Value)[] known)
    {
        if (value is null)
        {
            return otherwise;
        }

        foreach (var (name, meaning) in known)
        {
            if (name == value)
            {
                return meaning;
            }
        }

        throw Wrong(parameter, $"is '{Excerpt.Of(value)}'; expected {string.Join(" or ", known.Select(k => k.Name))}");
    }

    private static ApiErrorException Wrong(string parameter, string what, string code = "invalid_value") =>
        new(ApiError.Invalid($"'{parameter}' {what}.", parameter, code));
}
