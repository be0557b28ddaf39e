using System.Runtime.InteropServices;
using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>What is known of a value for one choice of sizes: its element type, its shape, and its elements where they are few.</summary>
/// <param name="Type">The element type; undefined where it is not known.</param>
/// <param name="Shape">The sizes, or <see langword="null"/> where they are not known.</param>
/// <param name="Data">The elements in row-major order, or <see langword="null"/> where they are many or not known.</param>
internal sealed record ProbeTensor(OnnxElementType Type, long[]? Shape, double[]? Data = null)
{
    /// <summary>Elements are followed for tensors of at most this many: shapes, axes, sizes.</summary>
    public const int MaximumData = 64;

    public static readonly ProbeTensor Unknown = new(OnnxElementType.Undefined, null);

    public long Count => (Shape ?? throw new InvalidOperationException()).Aggregate(1L, (count, size) => count * size);

    public static ProbeTensor Scalar(OnnxElementType type, double value) => new(type, [], [value]);

    public static ProbeTensor List(OnnxElementType type, double[] values) => new(type, [values.Length], values);

    /// <summary>The elements as integers, or <see langword="null"/>.</summary>
    public long[]? Integers() => Data is null ? null : Array.ConvertAll(Data, value => (long)value);

    public static ProbeTensor From(TensorProto tensor)
    {
        var shape = tensor.Dims.ToArray();
        return new ProbeTensor(tensor.ElementType(), shape, !tensor.IsExternal() && tensor.ElementCount() <= MaximumData ? Elements(tensor) : null);
    }

    private static double[]? Elements(TensorProto tensor)
    {
        var raw = tensor.RawData.Span;
        return tensor.ElementType() switch
        {
            OnnxElementType.Int64 or OnnxElementType.Int32 => tensor.InlineIntegers()?.Select(value => (double)value).ToArray(),
            OnnxElementType.Float32 when tensor.HasRawData => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(raw).ToArray(), value => (double)value),
            OnnxElementType.Float32 => [.. tensor.FloatData.Select(value => (double)value)],
            OnnxElementType.Float64 when tensor.HasRawData => MemoryMarshal.Cast<byte, double>(raw).ToArray(),
            OnnxElementType.Float16 when tensor.HasRawData => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(raw).ToArray(), value => (double)value),
            OnnxElementType.BFloat16 when tensor.HasRawData => Array.ConvertAll(
                MemoryMarshal.Cast<byte, ushort>(raw).ToArray(), value => (double)BitConverter.UInt32BitsToSingle((uint)value << 16)),
            OnnxElementType.Boolean when tensor.HasRawData => Array.ConvertAll(raw.ToArray(), value => (double)value),
            _ => null,
        };
    }
}
