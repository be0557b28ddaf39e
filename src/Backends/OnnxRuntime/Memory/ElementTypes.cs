using CachePolicies.Onnx;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Element types as the runtime names them.</summary>
internal static class ElementTypes
{
    public static TensorElementType ToOnnx(this ElementType type) => type switch
    {
        ElementType.Float32 => TensorElementType.Float,
        ElementType.Float16 => TensorElementType.Float16,
        ElementType.BFloat16 => TensorElementType.BFloat16,
        ElementType.Int64 => TensorElementType.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    public static OnnxElementType ToGraph(this ElementType type) => type switch
    {
        ElementType.Float32 => OnnxElementType.Float32,
        ElementType.Float16 => OnnxElementType.Float16,
        ElementType.BFloat16 => OnnxElementType.BFloat16,
        ElementType.Int64 => OnnxElementType.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>The name of a graph's element type, whether or not features may have it.</summary>
    public static string ToName(this TensorElementType type) => type switch
    {
        TensorElementType.Float => "float32",
        TensorElementType.Double => "float64",
        _ => type.ToString().ToLowerInvariant(),
    };
}
