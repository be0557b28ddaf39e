using System.Collections.Immutable;

namespace CachePolicies;

/// <summary>A place between two stages where a policy may look and decide.</summary>
/// <param name="name">The name, unique in the layout.</param>
/// <param name="role">What it means to a policy.</param>
/// <param name="tensors">What is there: at least one state; the first state is the primary one (image tokens).</param>
public sealed class Boundary(string name, BoundaryRole role, params ImmutableArray<TensorDescriptor> tensors)
{
    /// <summary>The name, unique in the layout.</summary>
    public string Name { get; } = name;

    /// <summary>What it means to a policy.</summary>
    public BoundaryRole Role { get; } = role;

    /// <summary>State, conditioning, carried tensors and signals, in the order in which the producing stage writes them.</summary>
    public ImmutableArray<TensorDescriptor> Tensors { get; } = tensors;

    /// <summary>The position in the layout, 0 at the latent; −1 before the boundary is part of a layout.</summary>
    public int Index { get; internal init; } = -1;

    /// <summary>The image tokens: what similarity reads unless a signal is named.</summary>
    public TensorDescriptor Primary => Tensors[PrimaryIndex];

    /// <summary>The index of <see cref="Primary"/> among <see cref="Tensors"/>.</summary>
    public int PrimaryIndex { get; } = FindPrimary(name, tensors);

    /// <summary>Bytes of one lane's state.</summary>
    public long StateBytes => Tensors.Where(t => t.Kind == TensorKind.State).Sum(t => t.ByteLength);

    /// <summary>Whether <paramref name="reference"/> means this boundary.</summary>
    public bool Matches(in BoundaryRef reference) => reference.Name is { } named
        ? string.Equals(named, Name, StringComparison.Ordinal)
        : Role == reference.Role && Role != BoundaryRole.Cut;

    /// <summary>The index of a tensor among <see cref="Tensors"/>, or −1.</summary>
    public int IndexOf(string tensorName)
    {
        for (var i = 0; i < Tensors.Length; i++)
        {
            if (string.Equals(Tensors[i].Name, tensorName, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static int FindPrimary(string name, ImmutableArray<TensorDescriptor> tensors)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        for (var i = 0; i < tensors.Length; i++)
        {
            if (tensors[i].Kind == TensorKind.State)
            {
                return i;
            }
        }

        throw new InvalidLayoutException($"The boundary '{name}' holds no state; each boundary needs the tensor that the blocks transform.");
    }
}
