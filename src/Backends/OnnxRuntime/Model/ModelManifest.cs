using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CachePolicies.Backends.OnnxRuntime;

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

    /// <summary>What the denoiser is given besides the latent.</summary>
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

/// <summary>A tensor as the manifest describes it.</summary>
public sealed record ManifestTensor
{
    /// <summary>The name, unique within its boundary.</summary>
    public required string Name { get; init; }

    /// <summary>What a cache may do with it.</summary>
    public required TensorKind Kind { get; init; }

    /// <summary>How long it stays the same, where it is conditioning.</summary>
    public ConditioningLifetime Per { get; init; }

    /// <summary>The type of the elements.</summary>
    public required ElementType Type { get; init; }

    /// <summary>The axes for one lane, without the batch axis; names stand for free axes. <c>shape</c> in the file.</summary>
    [JsonPropertyName("shape")]
    public required ImmutableArray<Dimension> Axes { get; init; }

    /// <summary>Where the tensor holds the frames of a video; none for images.</summary>
    public ManifestFrames? Frames { get; init; }

    /// <summary>The shape for one lane.</summary>
    [JsonIgnore]
    public TensorShape Shape => new(Axes.AsSpan());

    /// <summary>The tensor as a layout describes it.</summary>
    public TensorDescriptor ToDescriptor() => new(Name, Kind, Type, Shape, Per) { Frames = Frames?.ToFrameAxis() };
}

/// <summary>Where a tensor holds the frames of a video: <c>{ "axis": 1, "count": "frames" }</c> for <c>[4, "frames", "height", "width"]</c>.</summary>
public sealed record ManifestFrames
{
    /// <summary>The axis along which the frames lie one after another, counted without the batch axis.</summary>
    public required int Axis { get; init; }

    /// <summary>How many frames there are, or the name of the free axis that says so.</summary>
    public required Dimension Count { get; init; }

    /// <summary>The frames as a layout describes them.</summary>
    public FrameAxis ToFrameAxis() => new(Axis, Count);
}

/// <summary>
/// What a model computes from inputs that stay the same for a generation. Its graph reads some of them and writes <c>prelude/tensor</c>, which any
/// stage may read.
/// </summary>
public sealed record ManifestPrelude
{
    /// <summary>The ONNX file, beside the manifest.</summary>
    public required string File { get; init; }

    /// <summary>What it makes: conditioning per generation.</summary>
    public required ImmutableArray<ManifestTensor> Tensors { get; init; }
}

/// <summary>A boundary as the manifest describes it.</summary>
public sealed record ManifestBoundary
{
    /// <summary>The name, unique in the model.</summary>
    public required string Name { get; init; }

    /// <summary>What it means to a policy.</summary>
    public required BoundaryRole Role { get; init; }

    /// <summary>What is there.</summary>
    public required ImmutableArray<ManifestTensor> Tensors { get; init; }
}

/// <summary>A stage as the manifest describes it. What it reads, and in which order, its graph says.</summary>
public sealed record ManifestStage
{
    /// <summary>The name, unique in the model.</summary>
    public required string Name { get; init; }

    /// <summary>The ONNX file, beside the manifest.</summary>
    public required string File { get; init; }

    /// <summary>The boundary that it starts at.</summary>
    public required string From { get; init; }

    /// <summary>The boundary that it leads to.</summary>
    public required string To { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(PredictionConverter), typeof(TensorKindConverter), typeof(LifetimeConverter), typeof(ElementTypeConverter), typeof(RoleConverter), typeof(DimensionConverter)])]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
