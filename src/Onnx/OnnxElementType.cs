namespace CachePolicies.Onnx;

/// <summary>Element types of ONNX tensors; the values are the format's own numbers.</summary>
public enum OnnxElementType
{
    /// <summary>Not stated.</summary>
    Undefined = 0,

    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,

    /// <summary>Unsigned 8-bit integers.</summary>
    UInt8 = 2,

    /// <summary>Signed 8-bit integers.</summary>
    Int8 = 3,

    /// <summary>Unsigned 16-bit integers.</summary>
    UInt16 = 4,

    /// <summary>Signed 16-bit integers.</summary>
    Int16 = 5,

    /// <summary>Signed 32-bit integers.</summary>
    Int32 = 6,

    /// <summary>Signed 64-bit integers.</summary>
    Int64 = 7,

    /// <summary>Strings of bytes.</summary>
    Text = 8,

    /// <summary>Truth values, one byte each.</summary>
    Boolean = 9,

    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,

    /// <summary>Unsigned 32-bit integers.</summary>
    UInt32 = 12,

    /// <summary>Unsigned 64-bit integers.</summary>
    UInt64 = 13,

    /// <summary>Complex numbers of two binary32.</summary>
    Complex64 = 14,

    /// <summary>Complex numbers of two binary64.</summary>
    Complex128 = 15,

    /// <summary>The upper half of binary32.</summary>
    BFloat16 = 16,

    /// <summary>8-bit floating point, 4 exponent and 3 fraction bits, without infinities.</summary>
    Float8E4M3FN = 17,

    /// <summary>8-bit floating point, 4 exponent and 3 fraction bits, without infinities and negative zero.</summary>
    Float8E4M3FNUZ = 18,

    /// <summary>8-bit floating point, 5 exponent and 2 fraction bits.</summary>
    Float8E5M2 = 19,

    /// <summary>8-bit floating point, 5 exponent and 2 fraction bits, without infinities and negative zero.</summary>
    Float8E5M2FNUZ = 20,

    /// <summary>Unsigned 4-bit integers, two in a byte.</summary>
    UInt4 = 21,

    /// <summary>Signed 4-bit integers, two in a byte.</summary>
    Int4 = 22,

    /// <summary>4-bit floating point, two in a byte.</summary>
    Float4E2M1 = 23,
}

/// <summary>Facts about element types.</summary>
public static class OnnxElementTypeExtensions
{
    /// <summary>The bits that one element takes; 0 where the type has no fixed size (text, undefined or unknown).</summary>
    public static int BitSize(this OnnxElementType type) => type switch
    {
        OnnxElementType.UInt4 or OnnxElementType.Int4 or OnnxElementType.Float4E2M1 => 4,
        OnnxElementType.UInt8 or OnnxElementType.Int8 or OnnxElementType.Boolean => 8,
        OnnxElementType.Float8E4M3FN or OnnxElementType.Float8E4M3FNUZ => 8,
        OnnxElementType.Float8E5M2 or OnnxElementType.Float8E5M2FNUZ => 8,
        OnnxElementType.UInt16 or OnnxElementType.Int16 or OnnxElementType.Float16 or OnnxElementType.BFloat16 => 16,
        OnnxElementType.Float32 or OnnxElementType.Int32 or OnnxElementType.UInt32 => 32,
        OnnxElementType.Float64 or OnnxElementType.Int64 or OnnxElementType.UInt64 or OnnxElementType.Complex64 => 64,
        OnnxElementType.Complex128 => 128,
        _ => 0,
    };
}
