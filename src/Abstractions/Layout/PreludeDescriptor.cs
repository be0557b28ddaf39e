using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>
/// What a denoiser computes from a generation's inputs alone, before its stages and once for all of their evaluations: projected text, rotary
/// tables. Stages read its tensors as <c>prelude/tensor</c>.
/// </summary>
/// <param name="Reads">The inputs that it reads, by name, in the order in which they are handed over; each stays the same for a generation.</param>
/// <param name="Tensors">What it makes, in order; conditioning that stays the same for a generation.</param>
public sealed record PreludeDescriptor(ImmutableArray<string> Reads, ImmutableArray<TensorDescriptor> Tensors)
{
    /// <summary>What comes before the slash in the names of its tensors: <c>prelude</c>.</summary>
    public const string Name = "prelude";
}
