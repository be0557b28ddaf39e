using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace CachePolicies.Models;

/// <summary>A tensor as the manifest describes it.</summary>
public sealed record ManifestTensor
{
    /// <summary>The name, unique within its boundary.</summary>
    public required string Name { get; init; }

    /// <summary>What a cache may do with it.</summary>
    public required TensorKind Kind { get; init; }

    /// <summary>How long it stays the same, where it is conditioning: for one evaluation unless the manifest says otherwise. Other kinds have none.</summary>
    public ConditioningLifetime? Per { get; init; }

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
    public TensorDescriptor ToDescriptor() => new(Name, Kind, Type, Shape, Per ?? ConditioningLifetime.Evaluation) { Frames = Frames?.ToFrameAxis() };
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
