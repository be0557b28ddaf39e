using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The repository's sample model and its reference case.</summary>
internal static class EmojiModel
{
    public static string Directory { get; } = Repository.PathOf("models/emoji");

    /// <summary>The reference case: inputs and the value at every boundary, of hidden states every fourth token (<c>embedded/image[::4]</c>).</summary>
    public static IReadOnlyDictionary<string, ReferenceTensor> Reference { get; } = ReadSafeTensors(Path.Combine(Directory, "check", "reference.safetensors"));

    private static Dictionary<string, ReferenceTensor> ReadSafeTensors(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var tensors = new Dictionary<string, ReferenceTensor>(StringComparer.Ordinal);
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
            int[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(d => d.GetInt32())];
            var data = bytes.AsSpan((8 + length + offsets[0])..(8 + length + offsets[1]));
            tensors.Add(entry.Name, entry.Value.GetProperty("dtype").GetString() == "I64"
                ? new ReferenceTensor(shape, [], MemoryMarshal.Cast<byte, long>(data).ToArray())
                : new ReferenceTensor(shape, MemoryMarshal.Cast<byte, float>(data).ToArray(), []));
        }

        return tensors;
    }
}

/// <summary>A tensor of the reference case, batch axis first.</summary>
internal sealed record ReferenceTensor(int[] Shape, float[] Numbers, long[] Integers);
