using System.Globalization;
using CachePolicies.Models;

namespace CachePolicies.TextToImage;

/// <summary>Compares what a manifest says of text and picture with the denoiser's layout, before anything is made by its numbers.</summary>
internal static class ManifestParts
{
    /// <summary>The most identifiers of a prompt where the denoiser's input has a free axis.</summary>
    private const int LongestText = 65_536;

    private const int ColorChannels = 3;

    /// <exception cref="InvalidModelException">They contradict each other.</exception>
    public static void Check(ModelManifest manifest, DenoiserLayout layout, TextToImageManifest parts)
    {
        CheckTokenizer(manifest, layout, parts.Tokenizer);
        CheckDecoder(manifest, layout, parts.Decoder);
        if (!float.IsFinite(parts.Sampler.Shift) || parts.Sampler.Shift <= 0)
        {
            throw Wrong(manifest, $"the sampler's shift is {parts.Sampler.Shift}; expected a finite number above 0");
        }
    }

    /// <summary>A refusal's own words, without the name of a parameter.</summary>
    public static string Sentence(ArgumentException refusal) =>
        refusal.ParamName is { Length: > 0 } name ? refusal.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).ReplaceLineEndings(" ") : refusal.Message;

    private static void CheckTokenizer(ModelManifest manifest, DenoiserLayout layout, TokenizerManifest tokenizer)
    {
        if (tokenizer.Length is < 1 or > LongestText)
        {
            throw Wrong(manifest, $"the tokenizer's length is {tokenizer.Length}; expected 1 to {LongestText}");
        }

        var input = layout.Inputs.FirstOrDefault(i => i.Name == tokenizer.Input) ?? throw Wrong(
            manifest, $"the tokenizer feeds the input '{Excerpt.Of(tokenizer.Input)}', which the denoiser does not have; it has {string.Join(", ", layout.Inputs.Select(i => Excerpt.Of(i.Name)))}");
        if (input.Shape.IsConcrete && input.Shape.ElementCount != tokenizer.Length)
        {
            throw Wrong(manifest, $"the tokenizer's length is {tokenizer.Length}, and the denoiser's input '{Excerpt.Of(input.Name)}' takes {input.Shape.ElementCount}");
        }
    }

    private static void CheckDecoder(ModelManifest manifest, DenoiserLayout layout, DecoderManifest decoder)
    {
        if (decoder.Channels != ColorChannels)
        {
            throw Wrong(manifest, $"the decoder has {decoder.Channels} channels; expected {ColorChannels}");
        }

        if (!float.IsFinite(decoder.Minimum) || !float.IsFinite(decoder.Maximum))
        {
            throw Wrong(manifest, $"the decoder's range goes from {decoder.Minimum} to {decoder.Maximum}; expected finite numbers");
        }

        var latent = layout.Latent.Primary.Shape;
        var size = new PictureSize(decoder.Width, decoder.Height);
        if (latent.IsConcrete && latent.ElementCount != ColorChannels * size.Pixels)
        {
            throw Wrong(manifest, $"the latent {latent} does not hold a picture of {size} with {ColorChannels} numbers per pixel");
        }
    }

    private static InvalidModelException Wrong(ModelManifest manifest, FormattableString what) =>
        new($"The section 'textToImage' of '{Excerpt.Of(manifest.Name)}' contradicts the model: {what.ToString(CultureInfo.InvariantCulture)}.");
}
