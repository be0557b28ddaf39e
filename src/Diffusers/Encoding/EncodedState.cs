namespace CachePolicies.Diffusers;

/// <summary>What a text encoder made of a text: rows of numbers, one below the other.</summary>
/// <param name="Numbers">Rows · width numbers. Shared: not to be changed.</param>
/// <param name="Rows">Tokens; 1 for a pooled text.</param>
/// <param name="Width">Numbers per row.</param>
public sealed record EncodedState(float[] Numbers, int Rows, int Width)
{
    /// <summary>Each row of one followed by the same row of the other.</summary>
    /// <exception cref="ArgumentException">They have different numbers of rows.</exception>
    public static EncodedState SideBySide(EncodedState left, EncodedState right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Rows != right.Rows)
        {
            throw new ArgumentException($"States of {left.Rows} and {right.Rows} rows cannot be put side by side.");
        }

        var width = left.Width + right.Width;
        var numbers = new float[left.Rows * width];
        for (var row = 0; row < left.Rows; row++)
        {
            left.Numbers.AsSpan(row * left.Width, left.Width).CopyTo(numbers.AsSpan(row * width));
            right.Numbers.AsSpan(row * right.Width, right.Width).CopyTo(numbers.AsSpan((row * width) + left.Width));
        }

        return new(numbers, left.Rows, width);
    }

    /// <summary>The rows of one and then those of the other.</summary>
    /// <exception cref="ArgumentException">Their rows have different widths.</exception>
    public static EncodedState OneBelowTheOther(EncodedState upper, EncodedState lower)
    {
        ArgumentNullException.ThrowIfNull(upper);
        ArgumentNullException.ThrowIfNull(lower);
        return upper.Width == lower.Width
            ? new([.. upper.Numbers, .. lower.Numbers], upper.Rows + lower.Rows, upper.Width)
            : throw new ArgumentException($"States of {upper.Width} and {lower.Width} numbers per row cannot be put one below the other.");
    }

    /// <summary>The same rows with zeros at their ends.</summary>
    /// <exception cref="ArgumentException">They are wider already.</exception>
    public EncodedState Widen(int width)
    {
        if (width < Width)
        {
            throw new ArgumentException($"A state of {Width} numbers per row cannot be widened to {width}.");
        }

        return width == Width ? this : SideBySide(this, new(new float[Rows * (width - Width)], Rows, width - Width));
    }
}
