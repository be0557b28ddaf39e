namespace CachePolicies;

/// <summary>A tensor that a boundary holds or that the denoiser is given: its name, kind, element type and shape per lane.</summary>
/// <param name="Name">The name, unique within its boundary: <c>image</c>, <c>text</c>, <c>vec</c>, <c>modulated</c>.</param>
/// <param name="Kind">What a cache may do with it.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Shape">The shape for one lane, without the batch axis.</param>
/// <param name="Lifetime">How long it stays the same, where it is conditioning.</param>
public sealed record TensorDescriptor(
    string Name,
    TensorKind Kind,
    ElementType ElementType,
    TensorShape Shape,
    ConditioningLifetime Lifetime = ConditioningLifetime.Evaluation)
{
    /// <summary>Where the tensor holds the frames of a video; <see langword="null"/> for images and wherever frames cannot be told apart.</summary>
    public FrameAxis? Frames { get; init; }

    /// <summary>Bytes of one lane's elements.</summary>
    /// <exception cref="InvalidOperationException">The shape has a free axis.</exception>
    public long ByteLength => Shape.ElementCount * ElementType.ByteSize();

    /// <summary>Whether a residual between this tensor and <paramref name="other"/> exists: equal element types and shapes.</summary>
    public bool IsCompatibleWith(TensorDescriptor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ElementType == other.ElementType && Shape.Equals(other.Shape);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {ElementType} {Shape}";
}
