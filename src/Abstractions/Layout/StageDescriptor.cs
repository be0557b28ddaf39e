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
