using System.Globalization;
using Microsoft.Extensions.AI;

namespace CachePolicies.Hosting;

/// <summary>Makes the project's request of Microsoft.Extensions.AI's options.</summary>
internal static class ImageRequestSettings
{
    /// <summary>The request.</summary>
    /// <exception cref="ArgumentException">A property is not known, or its value is of the wrong kind.</exception>
    public static TextToImageRequest Apply(string prompt, ImageGenerationOptions? options)
    {
        var request = new TextToImageRequest(prompt)
        {
            ImageCount = options?.Count ?? 1,
            Width = options?.ImageSize?.Width,
            Height = options?.ImageSize?.Height,
            ReportDecisions = true,
        };
        foreach (var (name, value) in options?.AdditionalProperties ?? [])
        {
            request = value is null ? request : Apply(request, name, value);
        }

        return request;
    }

    private static TextToImageRequest Apply(TextToImageRequest request, string name, object value) => name switch
    {
        ImageGenerationProperties.Policy => request with { Policy = Of<string>(name, value, "a string") },
        ImageGenerationProperties.PolicyOverrides => request with { PolicyOverrides = Of<CachePolicyOverrides>(name, value, $"a {nameof(CachePolicyOverrides)}") },
        ImageGenerationProperties.Steps => request with { Steps = Number(name, value, Convert.ToInt32) },
        ImageGenerationProperties.Guidance => request with { Guidance = Number(name, value, Convert.ToSingle) },
        ImageGenerationProperties.Seed => request with { Seed = Number(name, value, Convert.ToInt64) },
        ImageGenerationProperties.Style => request with { Style = Of<string>(name, value, "a string") },
        ImageGenerationProperties.NegativePrompt => request with { NegativePrompt = Of<string>(name, value, "a string") },
        _ => throw new ArgumentException($"The property '{Excerpt.Of(name)}' is not known. {NearestNames.Suggest(name, [.. ImageGenerationProperties.OfOptions])}"),
    };

    private static T Of<T>(string name, object value, string expected)
        where T : class =>
        value as T ?? throw Wrong(name, value, expected);

    private static T Number<T>(string name, object value, Func<object, IFormatProvider, T> convert)
    {
        try
        {
            return value is IConvertible and not (string or bool or char) ? convert(value, CultureInfo.InvariantCulture) : throw Wrong(name, value, "a number");
        }
        catch (OverflowException)
        {
            throw Wrong(name, value, $"a number that a {typeof(T).Name} holds");
        }
    }

    private static ArgumentException Wrong(string name, object value, string expected) => new($"The property '{name}' is a {value.GetType().Name}; expected {expected}.");
}
