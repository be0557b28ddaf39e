using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Splitting;

/// <summary>Tensors of ONNX Runtime as plain numbers.</summary>
internal static class RuntimeTensors
{
    public static OrtValue Copy(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var copy = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, info.ElementDataType, info.Shape);
        value.GetTensorDataAsSpan<byte>().CopyTo(copy.GetTensorMutableRawData());
        return copy;
    }

    /// <summary>A tensor of random numbers; numbers per lane are the same for all lanes.</summary>
    public static OrtValue Random(OnnxElementType type, long[] shape, Random random)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)type, shape);
        var perLane = shape.Length > 1;
        var lane = shape.Skip(1).Aggregate(1L, (count, size) => count * size);
        switch (type)
        {
            case OnnxElementType.Float32:
                Fill(value.GetTensorMutableDataAsSpan<float>(), x => (float)x);
                break;
            case OnnxElementType.Float16:
                Fill(value.GetTensorMutableDataAsSpan<Float16>(), x => (Float16)(float)x);
                break;
            case OnnxElementType.BFloat16:
                Fill(value.GetTensorMutableDataAsSpan<BFloat16>(), x => (BFloat16)(float)x);
                break;
            default:
                // Identifiers of words and positions: small, and within every vocabulary.
                Fill(value.GetTensorMutableDataAsSpan<long>(), x => (long)Math.Abs(x * 2));
                break;
        }

        return value;

        void Fill<T>(Span<T> data, Func<double, T> convert)
        {
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = !perLane && i >= lane ? data[0] : convert(perLane ? (random.NextDouble() * 2) - 1 : random.NextDouble());
            }
        }
    }

    public static double[] Numbers(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Float => Convert(value.GetTensorDataAsSpan<float>(), x => x),
        TensorElementType.Float16 => Convert(value.GetTensorDataAsSpan<Float16>(), x => x.ToFloat()),
        TensorElementType.BFloat16 => Convert(value.GetTensorDataAsSpan<BFloat16>(), x => x.ToFloat()),
        TensorElementType.Int64 => Convert(value.GetTensorDataAsSpan<long>(), x => x),
        var type => throw new ModelSplitException($"A tensor of type {type} cannot be compared."),
    };

    private static double[] Convert<T>(ReadOnlySpan<T> data, Func<T, double> convert)
    {
        var numbers = new double[data.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = convert(data[i]);
        }

        return numbers;
    }
}
