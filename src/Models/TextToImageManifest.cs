using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CachePolicies.Files;

namespace CachePolicies.Models;

/// <summary>What a text-to-image pipeline needs beside the denoiser.</summary>
public sealed record TextToImageManifest
{
    /// <summary>How text becomes the denoiser's input.</summary>
    public required TokenizerManifest Tokenizer { get; init; }

    /// <summary>How the latent becomes an image.</summary>
    public required DecoderManifest Decoder { get; init; }

    /// <summary>The sampler that the model was made for.</summary>
    public required SamplerManifest Sampler { get; init; }

    /// <summary>Reads the section <c>textToImage</c> of a manifest.</summary>
    /// <exception cref="InvalidModelException">The section lacks something or holds something else.</exception>
    public static TextToImageManifest Parse(JsonElement section)
    {
        try
        {
            JsonFile.RequireNoNullInLists(Encoding.UTF8.GetBytes(section.GetRawText()));
            return section.Deserialize(ManifestJson.Default.TextToImageManifest)
                ?? throw new InvalidModelException("The section 'textToImage' is empty.");
        }
        catch (JsonException failure)
        {
            throw new InvalidModelException($"The section 'textToImage' is not one: {JsonFile.Describe(failure)}", failure);
        }
    }
}

/// <summary>How text becomes the denoiser's input.</summary>
public sealed record TokenizerManifest
{
    /// <summary><c>words</c>: one identifier for each word, the position in the vocabulary.</summary>
    public required string Kind { get; init; }

    /// <summary>The file with the list of words, beside the manifest.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>How many identifiers the denoiser reads.</summary>
    public required int Length { get; init; }

    /// <summary>The input that takes them.</summary>
    public required string Input { get; init; }

    /// <summary>What becomes of words that are not in the vocabulary: <c>refuse</c>.</summary>
    public string Unknown { get; init => field = value ?? "refuse"; } = "refuse";

    /// <summary>Words that choose a style and come first.</summary>
    public ImmutableArray<string> Styles { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The identifier that fills the places after the last word, and all of them for the empty prompt.</summary>
    public int Empty { get; init; }
}

/// <summary>How the latent becomes an image.</summary>
public sealed record DecoderManifest
{
    /// <summary><c>patches</c>: each token is a square of pixels, one channel after the other, each row by row.</summary>
    public required string Kind { get; init; }

    /// <summary>The side of a square, in pixels.</summary>
    public required int Patch { get; init; }

    /// <summary>The image's width, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>The image's height, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Numbers a pixel.</summary>
    public required int Channels { get; init; }

    /// <summary>The latent's value that stands for black.</summary>
    public required float Minimum { get; init; }

    /// <summary>The latent's value that stands for white.</summary>
    public required float Maximum { get; init; }
}

/// <summary>The sampler that a model was made for.</summary>
public sealed record SamplerManifest
{
    /// <summary><c>flow-match-euler</c> or <c>ddim</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The time shift of a rectified flow; 1 for none.</summary>
    public required float Shift { get; init; }
}
