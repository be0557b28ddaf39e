using CachePolicies.Engine;

namespace CachePolicies.TextToImage;

/// <summary>What holds for every request, whatever the model.</summary>
public static class PictureRules
{
    /// <summary>Refuses a request with a number out of range or a text that is too long.</summary>
    /// <exception cref="ArgumentException">It has one; the message says what is expected.</exception>
    public static void Check(PictureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Length(request.Prompt, "The prompt");
        Length(request.NegativePrompt, "The negative prompt");
        Range(request.Steps, "The number of steps", 1, SamplingSchedule.MaximumSteps);
        Range(request.ImageCount, "The number of pictures", 1, PictureRequest.MaximumImageCount);
        Range(request.MaxSequenceLength, "The maximum sequence length", 1, 4096);
        Scale(request.Guidance, "Guidance");
        Scale(request.TrueGuidance, "True guidance");
        if (!(request.GuidanceRescale is >= 0 and <= 1))
        {
            throw new ArgumentException($"Guidance rescale is {request.GuidanceRescale}; expected 0 to 1.");
        }

        if (!(request.Strength is > 0 and <= 1))
        {
            throw new ArgumentException($"Strength is {request.Strength}; expected a number above 0 and at most 1.");
        }

        if (!Enum.IsDefined(request.Noise))
        {
            throw new ArgumentException($"The noise is {request.Noise}; expected {string.Join(" or ", Enum.GetNames<NoiseKind>())}.");
        }

        if (request is { Mask: not null, Image: null })
        {
            throw new ArgumentException("A mask needs the image that it belongs to.");
        }
    }

    private static void Length(string? text, string what)
    {
        if (text?.Length > PictureRequest.MaximumPromptLength)
        {
            throw new PromptException($"{what} has {text.Length:N0} characters; expected at most {PictureRequest.MaximumPromptLength:N0}.");
        }
    }

    private static void Range(int? value, string what, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"{what} is {value}; expected {least} to {most}.");
        }
    }

    private static void Scale(float? value, string what)
    {
        if (value is { } scale && !(float.IsFinite(scale) && scale >= 0))
        {
            throw new ArgumentException($"{what} is {scale}; expected a finite number of at least 0.");
        }
    }
}
