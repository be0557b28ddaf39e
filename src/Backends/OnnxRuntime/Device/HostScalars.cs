using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>A few float32 numbers in host memory, each an OrtValue of its own: what a graph reads at each run and the one that it gives back.</summary>
internal sealed unsafe class HostScalars : IDisposable
{
    private readonly float* _numbers;
    private readonly OrtValue[] _values;

    /// <param name="shapes">The shape of each: <c>[]</c> for what goes in, <c>[1]</c> for what comes out.</param>
    public HostScalars(params ReadOnlySpan<long[]> shapes)
    {
        _numbers = (float*)NativeMemory.AllocZeroed((nuint)Math.Max(1, shapes.Length), sizeof(float));
        _values = new OrtValue[shapes.Length];
        for (var i = 0; i < shapes.Length; i++)
        {
            _values[i] = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shapes[i], (nint)(_numbers + i), sizeof(float));
        }
    }

    public OrtValue this[int index] => _values[index];

    public Span<float> Numbers => new(_numbers, _values.Length);

    public void Dispose()
    {
        foreach (var value in _values)
        {
            value.Dispose();
        }

        NativeMemory.Free(_numbers);
    }
}
