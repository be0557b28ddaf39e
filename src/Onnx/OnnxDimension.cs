namespace CachePolicies.Onnx;

/// <summary>One dimension of a shape: a number, or a name for what is known only when the graph runs.</summary>
/// <remarks>A <see cref="long"/> and a <see cref="string"/> convert implicitly: <c>["batch", "tokens", 64]</c> is a shape.</remarks>
public readonly record struct OnnxDimension
{
    private OnnxDimension(long? value, string? name)
    {
        Value = value;
        Name = name;
    }

    /// <summary>The size, or <see langword="null"/> where the dimension is dynamic.</summary>
    public long? Value { get; }

    /// <summary>The name of a dynamic dimension, or <see langword="null"/>.</summary>
    public string? Name { get; }

    /// <summary>A dimension of a fixed size of at least 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public static OnnxDimension Fixed(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new OnnxDimension(size, null);
    }

    /// <summary>A dimension that is known only when the graph runs; equal names say equal sizes.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static OnnxDimension Dynamic(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new OnnxDimension(null, name);
    }

    /// <summary>A dimension of a fixed size.</summary>
    public static implicit operator OnnxDimension(long size) => Fixed(size);

    /// <summary>A dynamic dimension.</summary>
    public static implicit operator OnnxDimension(string name) => Dynamic(name);

    /// <summary>The same as <see cref="Fixed"/>.</summary>
    public static OnnxDimension FromInt64(long size) => Fixed(size);

    /// <summary>The same as <see cref="Dynamic"/>.</summary>
    public static OnnxDimension FromString(string name) => Dynamic(name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? Value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?";
}
