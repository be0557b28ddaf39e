using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Values of components as ONNX Runtime's tensors, with the types converted that graphs have and the host does not.</summary>
internal static class ComponentTensors
{
    public static OrtValue ToOrt(ComponentValue value, TensorElementType type, string name)
    {
        var shape = value.Shape.Select(s => (long)s).ToArray();
        return (type, value.IsInteger) switch
        {
            (TensorElementType.Float, false) => Create(value.Numbers, shape),
            (TensorElementType.Float16, false) => Create(Array.ConvertAll(value.Numbers, n => (Float16)n), shape),
            (TensorElementType.BFloat16, false) => Create(Array.ConvertAll(value.Numbers, n => (BFloat16)n), shape),
            (TensorElementType.Double, false) => Create(Array.ConvertAll(value.Numbers, n => (double)n), shape),
            (TensorElementType.Int64, true) => Create(value.Integers, shape),
            (TensorElementType.Int32, true) => Create(Array.ConvertAll(value.Integers, n => checked((int)n)), shape),
            (TensorElementType.Bool, true) => Create(Array.ConvertAll(value.Integers, n => n != 0), shape),
            _ => throw new ArgumentException($"The input '{name}' is of the type {type.ToName()}; given were {(value.IsInteger ? "integers" : "floating-point numbers")}."),
        };
    }

    public static ComponentValue FromOrt(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        int[] shape = [.. info.Shape.Select(s => checked((int)s))];
        return info.ElementDataType switch
        {
            TensorElementType.Float => ComponentValue.Of(value.GetTensorDataAsSpan<float>().ToArray(), shape),
            TensorElementType.Float16 => ComponentValue.Of(Convert<Half>(value, h => (float)h), shape),
            TensorElementType.BFloat16 => ComponentValue.Of(Convert<ushort>(value, b => BitConverter.UInt32BitsToSingle((uint)b << 16)), shape),
            TensorElementType.Double => ComponentValue.Of(Convert<double>(value, d => (float)d), shape),
            TensorElementType.Int64 => ComponentValue.Of(value.GetTensorDataAsSpan<long>().ToArray(), shape),
            TensorElementType.Int32 => ComponentValue.Of([.. value.GetTensorDataAsSpan<int>().ToArray().Select(i => (long)i)], shape),
            var other => throw new NotSupportedException($"An output is of the type {other.ToName()}, which is not read."),
        };
    }

    private static OrtValue Create<T>(T[] data, long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(data, shape);

    private static float[] Convert<T>(OrtValue value, Converter<T, float> convert)
        where T : unmanaged => Array.ConvertAll(MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData()).ToArray(), convert);
}
