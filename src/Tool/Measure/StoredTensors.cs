using CachePolicies.Backends.Cpu;
using CachePolicies.Traces;

namespace CachePolicies.Tool;

/// <summary>Tensors of a safetensors file as features.</summary>
internal static class StoredTensors
{
    /// <summary>Opens a file, or says that there is none.</summary>
    public static SafetensorsFile Open(string path) => File.Exists(path)
        ? SafetensorsFile.Open(path)
        : throw new UsageException($"There is no file '{path}'; expected the path of a safetensors file.");

    /// <summary>The shape of one lane: a leading batch axis of 1 is not part of it.</summary>
    /// <exception cref="UsageException">There is no such tensor, or it holds no numbers that can be measured.</exception>
    public static TensorShape ShapeOf(SafetensorsFile file, string key)
    {
        if (!file.Tensors.TryGetValue(key, out var entry))
        {
            var nearest = Names.Nearest(key, file.Tensors.Keys);
            throw new UsageException(
                $"'{file.Path}' holds no tensor '{key}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")} It holds {file.Tensors.Count}, from '{file.Tensors.Keys.Min(StringComparer.Ordinal)}' to '{file.Tensors.Keys.Max(StringComparer.Ordinal)}'.");
        }

        if (entry.Type is not ("F32" or "F16" or "BF16"))
        {
            throw new UsageException($"The tensor '{key}' holds {entry.Type}; F32, F16 and BF16 can be measured.");
        }

        var axes = entry.Shape is [1, _, _, ..] ? entry.Shape.Slice(1, entry.Shape.Length - 1) : entry.Shape;
        return entry.ElementCount is > 0 and <= int.MaxValue
            ? new TensorShape([.. axes.Select(a => (Dimension)(int)a)])
            : throw new UsageException($"The tensor '{key}' has {entry.ElementCount} elements; from 1 to {int.MaxValue} can be measured.");
    }

    /// <summary>Reads a tensor. The caller owns the lease.</summary>
    public static CpuTensor Load(SafetensorsFile file, string key, TensorShape shape, CpuBackend backend)
    {
        var tensor = backend.Rent(ElementType.Float32, shape);
        file.Read(key, tensor.Singles);
        return tensor;
    }
}
