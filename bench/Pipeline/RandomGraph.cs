using System.Runtime.InteropServices;
using CachePolicies.Onnx;

namespace CachePolicies.Bench;

/// <summary>A graph whose weights are random numbers in a file beside it, as exporters write large models.</summary>
internal sealed class RandomGraph(string name, int seed)
{
    private const string WeightsFile = "model.onnx_data";
    private const int Opset = 20;
    private const long Alignment = 4096;

    // Uniform between −0.035 and 0.035: a standard deviation of 0.02, as networks are initialised with.
    private const float Range = 0.07f;

    private long _end;

    public OnnxGraphBuilder Graph { get; } = new(name, Opset);

    /// <summary>Bytes of the weights so far.</summary>
    public long WeightBytes => _end;

    /// <summary>Adds a weight.</summary>
    public OnnxValue Weight(params ReadOnlySpan<long> shape)
    {
        var value = Graph.External(OnnxElementType.Float32, WeightsFile, _end, shape);
        long bytes = sizeof(float);
        foreach (var size in shape)
        {
            bytes *= size;
        }

        _end = (_end + bytes + Alignment - 1) / Alignment * Alignment;
        return value;
    }

    /// <summary>Writes the graph and its weights to a folder, which is made.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Graph.ToBytes());
        using var file = new FileStream(Path.Combine(folder, WeightsFile), FileMode.CreateNew);
        var random = new Random(seed);
        var numbers = new float[1 << 20];
        for (var left = _end / sizeof(float); left > 0; left -= numbers.Length)
        {
            Fill(numbers, random);
            file.Write(MemoryMarshal.AsBytes(numbers.AsSpan(0, (int)Math.Min(left, numbers.Length))));
        }
    }

    // The mantissas of numbers from 1 to 2.
    private static void Fill(Span<float> numbers, Random random)
    {
        random.NextBytes(MemoryMarshal.AsBytes(numbers));
        foreach (ref var number in numbers)
        {
            number = (BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(number) >> 9) | 0x3F80_0000) - 1.5f) * Range;
        }
    }
}
