using System.Collections.Immutable;

namespace CachePolicies.Models;

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
