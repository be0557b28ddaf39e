using CachePolicies.TextToImage;

namespace CachePolicies.Hosting;

/// <summary>What a host allows of a request, checked before it waits for its turn and before anything is made for it.</summary>
internal static class RequestLimits
{
    /// <exception cref="ArgumentException">The request asks for more than the host allows, or for something that no model can do.</exception>
    public static void Check(TextToImageRequest request, CachePoliciesOptions limits)
    {
        AtMost(request.Prompt?.Length, limits.MaximumPromptLength, "The prompt has", "characters");
        AtMost(request.NegativePrompt?.Length, limits.MaximumPromptLength, "The negative prompt has", "characters");
        AtMost(request.Steps, limits.MaximumSteps, "The number of steps is", "");
        AtMost(request.ImageCount, limits.MaximumImageCount, "The number of pictures is", "");
        AtMost((long?)request.Width * (request.Height ?? request.Width), limits.MaximumPixels, "A picture has", "pixels");
        AtMost((long?)request.Height * (request.Width ?? request.Height), limits.MaximumPixels, "A picture has", "pixels");
        Guidance(request.Guidance, limits.MaximumGuidance, "Guidance");
        Guidance(request.TrueGuidance, limits.MaximumGuidance, "True guidance");
        if (request.PreviewEvery is < 1)
        {
            throw new ArgumentException($"PreviewEvery is {request.PreviewEvery}; expected at least 1.", nameof(request));
        }
    }

    private static void AtMost(long? value, long? limit, string what, string unit)
    {
        if (value > limit)
        {
            throw new ArgumentException($"{what} {value:N0}{(unit.Length > 0 ? " " + unit : "")}; this host allows at most {limit:N0}.");
        }
    }

    private static void Guidance(float? value, float? limit, string what)
    {
        if (value is { } scale && !(scale <= limit) && limit is not null)
        {
            throw new ArgumentException(FormattableString.Invariant($"{what} is {scale}; this host allows at most {limit}."));
        }
    }
}
