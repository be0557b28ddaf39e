using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CachePolicies.Files;
using Microsoft.Win32.SafeHandles;

namespace CachePolicies.Traces;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Type">The element type as the file names it: <c>F32</c>, <c>F16</c>, <c>BF16</c>, <c>I64</c> …</param>
/// <param name="Shape">The axes, outermost first.</param>
/// <param name="Start">Where its bytes begin in the file.</param>
/// <param name="ByteLength">How many bytes it has.</param>
public sealed record SafetensorsEntry(string Type, ImmutableArray<long> Shape, long Start, long ByteLength)
{
    /// <summary>The number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (count, axis) => count * axis);
}

/// <summary>
/// A safetensors file, open for reading. The header is checked against the file before anything is allocated by what it says; tensors are read
/// when they are asked for. Thread-safe.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private SafetensorsFile(string path, SafeFileHandle handle, SafetensorsHeader header) =>
        (Path, _handle, Tensors, Metadata) = (path, handle, header.Tensors, header.Metadata);

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file, or is damaged; the message says where.</exception>
    public static SafetensorsFile Open(string path)
    {
        var handle = RegularFile.OpenHandle(path);
        try
        {
            return new SafetensorsFile(path, handle, SafetensorsHeader.Read(path, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor as float32, converting from float16 and bfloat16.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">As many elements as the tensor has.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="NotSupportedException">The tensor's elements are not F32, F16 or BF16.</exception>
    /// <exception cref="InvalidDataException">The file became shorter since it was opened.</exception>
    public void Read(string name, Span<float> destination)
    {
        if (!Tensors.TryGetValue(name, out var entry))
        {
            throw new KeyNotFoundException($"'{Path}' holds no tensor '{name}'.");
        }

        if (entry.ElementCount != destination.Length)
        {
            throw new ArgumentException($"The tensor '{name}' of '{Path}' has {entry.ElementCount} elements; the destination has room for {destination.Length}.", nameof(destination));
        }

        if (entry.Type == "F32")
        {
            ReadBytes(entry.Start, MemoryMarshal.AsBytes(destination), name);
            ToHostOrder(MemoryMarshal.Cast<float, int>(destination));
            return;
        }

        if (entry.Type is not ("F16" or "BF16"))
        {
            throw new NotSupportedException($"The tensor '{name}' of '{Path}' holds {entry.Type}; F32, F16 and BF16 can be read.");
        }

        var rented = ArrayPool<ushort>.Shared.Rent(destination.Length);
        try
        {
            var bits = rented.AsSpan(0, destination.Length);
            ReadBytes(entry.Start, MemoryMarshal.AsBytes(bits), name);
            ToHostOrder(bits);
            for (var i = 0; i < bits.Length; i++)
            {
                destination[i] = entry.Type == "F16" ? (float)BitConverter.UInt16BitsToHalf(bits[i]) : BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
            }
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(rented);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private void ReadBytes(long start, Span<byte> bytes, string name)
    {
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(_handle, bytes[read..], start + read);
            read += count > 0
                ? count
                : throw new InvalidDataException($"'{Path}' ends within the tensor '{name}'; the file became shorter since it was opened.");
        }
    }

    private static void ToHostOrder(Span<int> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(values, values);
        }
    }

    private static void ToHostOrder(Span<ushort> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(values, values);
        }
    }
}
