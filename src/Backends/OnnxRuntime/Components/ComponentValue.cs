using System.Collections.Immutable;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>A tensor in host memory: what a component reads or writes. Row-major.</summary>
public sealed class ComponentValue
{
    private readonly float[]? _numbers;
    private readonly long[]? _integers;

    private ComponentValue(ImmutableArray<int> shape, float[]? numbers, long[]? integers)
    {
        var count = shape.Aggregate(1L, (product, side) => checked(product * side));
        var given = numbers?.Length ?? integers!.Length;
        if (shape.Any(s => s < 0) || count != given)
        {
            throw new ArgumentException($"A tensor of [{string.Join(", ", shape)}] has {count} elements; given were {given}.");
        }

        Shape = shape;
        _numbers = numbers;
        _integers = integers;
    }

    /// <summary>The sides, the batch axis included.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Whether it holds integers.</summary>
    public bool IsInteger => _integers is not null;

    /// <summary>The numbers of a floating-point tensor.</summary>
    /// <exception cref="InvalidOperationException">It holds integers.</exception>
    public float[] Numbers => _numbers ?? throw new InvalidOperationException("The tensor holds integers.");

    /// <summary>The integers of an integer tensor.</summary>
    /// <exception cref="InvalidOperationException">It holds floating-point numbers.</exception>
    public long[] Integers => _integers ?? throw new InvalidOperationException("The tensor holds floating-point numbers.");

    /// <summary>A floating-point tensor over <paramref name="numbers"/>, which it keeps.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static ComponentValue Of(float[] numbers, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return new([.. shape], numbers, null);
    }

    /// <summary>An integer tensor over <paramref name="integers"/>, which it keeps.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static ComponentValue Of(long[] integers, params ReadOnlySpan<int> shape)
    {
        ArgumentNullException.ThrowIfNull(integers);
        return new([.. shape], null, integers);
    }
}

/// <summary>An input or output of a component, as its graph declares it.</summary>
/// <param name="Name">The name in the graph.</param>
/// <param name="IsInteger">Whether it holds integers.</param>
/// <param name="Axes">The axes; −1 where the size is free.</param>
public sealed record ComponentPort(string Name, bool IsInteger, ImmutableArray<int> Axes);
