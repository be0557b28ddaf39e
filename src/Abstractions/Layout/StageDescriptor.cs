using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>A run of layers between two neighbouring boundaries.</summary>
/// <param name="Name">The name, unique in the layout.</param>
/// <param name="Reads">
/// What the stage reads, in the order in which it is handed over: <c>boundary/tensor</c> for a tensor of its own or an earlier boundary,
/// <c>prelude/tensor</c> for what is computed once for a generation, a bare name for an input of the denoiser.
/// </param>
public sealed record StageDescriptor(string Name, params ImmutableArray<string> Reads)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Where a tensor that a stage reads comes from.</summary>
/// <param name="Boundary">The boundary's index, <see cref="Input"/> for an input of the denoiser, or <see cref="Prelude"/>.</param>
/// <param name="Tensor">The tensor's index at that boundary, among the inputs or among the prelude's tensors.</param>
public readonly record struct TensorSource(int Boundary, int Tensor)
{
    /// <summary>Stands in a boundary's place for an input of the denoiser.</summary>
    public const int Input = -1;

    /// <summary>Stands in a boundary's place for what the prelude makes.</summary>
    public const int Prelude = -2;
}
