using System.Collections.Immutable;
using System.Text.Json;

namespace CachePolicies.Models;

/// <summary>The file <c>manifest.json</c> of a staged model: what it is, its boundaries, and which ONNX file runs between which two.</summary>
public sealed record ModelManifest
{
    /// <summary>The file's name in a model's directory.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The format that this version reads.</summary>
    public const string CurrentFormat = "cachepolicies-model/1";

    /// <summary>The format and its version: <c>cachepolicies-model/1</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The model's name, used in messages.</summary>
    public required string Name { get; init; }

    /// <summary>The architecture, by which TeaCache's published polynomials are found: <c>flux</c>.</summary>
    public string? Family { get; init; }

    /// <summary><c>sha256:</c> and the digest in hexadecimal over the stages' files and then the external data, in the manifest's order.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>What the denoiser's output is.</summary>
    public required ModelPrediction Prediction { get; init; }

    /// <summary>How many lanes a run takes where the graphs fix it, so that lanes run one after another; <see langword="null"/> where it is free.</summary>
    public int? Batch { get; init; }

    /// <summary>What the denoiser is given in addition to the latent.</summary>
    public ImmutableArray<ManifestTensor> Inputs { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What is computed once for a generation, before the stages, where the model has it.</summary>
    public ManifestPrelude? Prelude { get; init; }

    /// <summary>From the latent to the output.</summary>
    public required ImmutableArray<ManifestBoundary> Boundaries { get; init; }

    /// <summary>One for each pair of neighbouring boundaries.</summary>
    public required ImmutableArray<ManifestStage> Stages { get; init; }

    /// <summary>The file of the unsplit denoiser, where the model has it.</summary>
    public string? Denoiser { get; init; }

    /// <summary>The files that the graphs keep their weights in.</summary>
    public ImmutableArray<string> ExternalData { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What a text-to-image pipeline needs beside the denoiser, where the model has it.</summary>
    public TextToImageManifest? TextToImage { get; init; }

    /// <summary>How the model was trained; for people.</summary>
    public JsonElement? Training { get; init; }
}

/// <summary>What a denoiser predicts.</summary>
public enum ModelPrediction
{
    /// <summary>The velocity of a rectified flow, noise minus image.</summary>
    Velocity,

    /// <summary>The noise, ε.</summary>
    Epsilon,
}
