using System.Globalization;

namespace CachePolicies;

/// <summary>One axis of a tensor: a fixed size, or a name whose size is told when the layout is bound.</summary>
/// <param name="Size">Elements along the axis; 0 while the axis is free.</param>
/// <param name="Symbol">The name of a free axis, <see langword="null"/> for a fixed one.</param>
public readonly record struct Dimension(int Size, string? Symbol = null)
{
    /// <summary>Whether the size is not known yet.</summary>
    public bool IsFree => Symbol is not null;

    /// <summary>A fixed axis.</summary>
    public static implicit operator Dimension(int size) => new(size);

    /// <summary>A free axis of this name.</summary>
    public static implicit operator Dimension(string symbol) => new(0, symbol);

    /// <inheritdoc/>
    public override string ToString() => Symbol ?? Size.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// The shape of a tensor <em>for one lane</em>: the batch axis is not part of it. Image tokens of a transformer are <c>[tokens, channels]</c>,
/// a convolutional feature is <c>[channels, height, width]</c>, a scalar is <c>[]</c>.
/// </summary>
public sealed class TensorShape : IEquatable<TensorShape>
{
    private readonly Dimension[] _dimensions;

    /// <summary>Creates a shape from its axes, outermost first.</summary>
    /// <exception cref="ArgumentException">A fixed axis has fewer than one element.</exception>
    public TensorShape(params ReadOnlySpan<Dimension> dimensions)
    {
        _dimensions = dimensions.ToArray();
        long count = 1;
        foreach (var dimension in _dimensions)
        {
            if (dimension is { IsFree: false, Size: < 1 })
            {
                throw new ArgumentException($"An axis has {dimension.Size} elements in [{string.Join(", ", _dimensions)}]; each must have at least 1.", nameof(dimensions));
            }

            IsConcrete &= !dimension.IsFree;
            count = checked(count * Math.Max(1, dimension.Size));
        }

        ElementCountOrZero = IsConcrete ? count : 0;
    }

    /// <summary>The shape of a single number.</summary>
    public static TensorShape Scalar { get; } = new();

    /// <summary>The number of axes.</summary>
    public int Rank => _dimensions.Length;

    /// <summary>Whether every axis has a size.</summary>
    public bool IsConcrete { get; } = true;

    /// <summary>Elements of one lane.</summary>
    /// <exception cref="InvalidOperationException">An axis is free.</exception>
    public long ElementCount => IsConcrete
        ? ElementCountOrZero
        : throw new InvalidOperationException($"The shape {this} has a free axis; bind the layout to sizes first (DenoiserLayout.Bind).");

    /// <summary>The axes, outermost first.</summary>
    public ReadOnlySpan<Dimension> Dimensions => _dimensions;

    private long ElementCountOrZero { get; }

    /// <summary>The size of an axis; negative indices count from the end through <c>^</c>.</summary>
    /// <exception cref="InvalidOperationException">The axis is free.</exception>
    public int this[Index axis]
    {
        get
        {
            var dimension = _dimensions[axis];
            return dimension.IsFree
                ? throw new InvalidOperationException($"The axis '{dimension.Symbol}' of {this} is free; bind the layout to sizes first (DenoiserLayout.Bind).")
                : dimension.Size;
        }
    }

    /// <summary>The same shape with sizes for its free axes; names that <paramref name="sizes"/> does not hold, and formulas of such names, stay free.</summary>
    public TensorShape Bind(IReadOnlyDictionary<string, int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return IsConcrete
            ? this
            : new TensorShape(Array.ConvertAll(_dimensions, d => d.Symbol is { } name && AxisFormula.Evaluate(name, sizes) is { } size ? size : d));
    }

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && (ReferenceEquals(this, other) || _dimensions.AsSpan().SequenceEqual(other._dimensions));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var dimension in _dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _dimensions)}]";
}
