namespace CachePolicies;

/// <summary>The element type of a tensor that a stage reads or writes.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32, four bytes.</summary>
    Float32,

    /// <summary>IEEE 754 binary16, two bytes.</summary>
    Float16,

    /// <summary>The upper half of binary32 (8 exponent bits, 7 fraction bits), two bytes.</summary>
    BFloat16,

    /// <summary>Signed 64-bit integers, eight bytes: token identifiers and positions, never a feature.</summary>
    Int64,
}

/// <summary>Facts about element types.</summary>
public static class ElementTypeExtensions
{
    /// <summary>The bytes that one element takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    public static int ByteSize(this ElementType type) => type switch
    {
        ElementType.Float32 => 4,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Int64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>The name in manifests and messages: <c>float32</c>, <c>float16</c>, <c>bfloat16</c>, <c>int64</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration's.</exception>
    public static string ToName(this ElementType type) => type switch
    {
        ElementType.Float32 => "float32",
        ElementType.Float16 => "float16",
        ElementType.BFloat16 => "bfloat16",
        ElementType.Int64 => "int64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Whether arithmetic on the type is floating-point.</summary>
    public static bool IsFloatingPoint(this ElementType type) => type != ElementType.Int64;
}
