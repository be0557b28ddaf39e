using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CachePolicies.Traces;

/// <summary>The header of a safetensors file: eight bytes of length, then JSON with an entry for each tensor, then the tensors without gaps.</summary>
internal sealed record SafetensorsHeader(IReadOnlyDictionary<string, SafetensorsEntry> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataKey = "__metadata__";

    /// <summary>The format's own limit.</summary>
    private const long MaximumHeaderBytes = 100_000_000;

    public static SafetensorsHeader Read(string path, SafeFileHandle handle)
    {
        var fileLength = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (fileLength < prefix.Length || RandomAccess.Read(handle, prefix, 0) < prefix.Length)
        {
            throw Damaged(path, $"it has {fileLength} bytes, fewer than the eight of the header's length");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(fileLength - prefix.Length) || length > MaximumHeaderBytes)
        {
            throw Damaged(path, $"it says that its header has {length} bytes, but the file has {fileLength} and a header at most {MaximumHeaderBytes}");
        }

        var json = new byte[length];
        for (var read = 0; read < json.Length;)
        {
            var count = RandomAccess.Read(handle, json.AsSpan(read), prefix.Length + read);
            read += count > 0 ? count : throw Damaged(path, "it ends within its header");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return Parse(path, document.RootElement, prefix.Length + (long)length, fileLength);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is what strings that are not UTF-8 raise.
            throw Damaged(path, $"its header is not JSON ({broken.Message})");
        }
    }

    private static SafetensorsHeader Parse(string path, JsonElement root, long dataStart, long fileLength)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Damaged(path, "its header is not a JSON object");
        }

        var tensors = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                ReadMetadata(path, property.Value, metadata);
            }
            else if (!tensors.TryAdd(property.Name, ParseEntry(path, property.Name, property.Value, dataStart, fileLength)))
            {
                throw Damaged(path, $"its header names the tensor '{property.Name}' twice");
            }
        }

        RequireNoGaps(path, tensors, dataStart, fileLength);
        return new SafetensorsHeader(tensors, metadata);
    }

    private static void ReadMetadata(string path, JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Damaged(path, $"'{MetadataKey}' is not a JSON object");
        }

        foreach (var entry in element.EnumerateObject())
        {
            metadata[entry.Name] = entry.Value.ValueKind == JsonValueKind.String
                ? entry.Value.GetString()!
                : throw Damaged(path, $"'{MetadataKey}/{entry.Name}' is not a string");
        }
    }

    private static SafetensorsEntry ParseEntry(string path, string name, JsonElement element, long dataStart, long fileLength)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape) || !TryReadNumbers(shape, out var axes)
            || !element.TryGetProperty("data_offsets", out var offsets) || !TryReadNumbers(offsets, out var range) || range is not [var begin, var end])
        {
            throw Damaged(path, $"the entry of '{name}' lacks a dtype, a shape of whole numbers, or two data_offsets");
        }

        var typeName = type.GetString()!;
        if (begin > end || end > fileLength - dataStart)
        {
            throw Damaged(path, $"the tensor '{name}' lies at {begin} to {end} of {fileLength - dataStart} bytes of data");
        }

        if (ByteSize(typeName) is not { } size)
        {
            // A type that is newer than this reader: it is in nobody's way until somebody reads its tensor.
            return new SafetensorsEntry(typeName, axes, dataStart + begin, end - begin);
        }

        long bytes = size;
        foreach (var axis in axes)
        {
            if (axis > 0 && bytes > fileLength / axis)
            {
                throw Damaged(path, $"the tensor '{name}' of shape [{string.Join(", ", axes)}] is larger than the file");
            }

            bytes *= axis;
        }

        return end - begin == bytes
            ? new SafetensorsEntry(typeName, axes, dataStart + begin, bytes)
            : throw Damaged(path, $"the tensor '{name}' has {end - begin} bytes and needs {bytes} for {typeName} [{string.Join(", ", axes)}]");
    }

    private static bool TryReadNumbers(JsonElement element, out ImmutableArray<long> numbers)
    {
        numbers = [];
        if (element.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<long>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return false;
            }

            builder.Add(number);
        }

        numbers = builder.MoveToImmutable();
        return true;
    }

    private static void RequireNoGaps(string path, Dictionary<string, SafetensorsEntry> tensors, long dataStart, long fileLength)
    {
        var next = dataStart;
        foreach (var (name, entry) in tensors.OrderBy(t => t.Value.Start).ThenBy(t => t.Value.ByteLength))
        {
            if (entry.Start != next)
            {
                throw Damaged(path, $"the tensor '{name}' begins at byte {entry.Start}; the one before it ends at {next}");
            }

            next += entry.ByteLength;
        }

        if (next != fileLength)
        {
            throw Damaged(path, $"its tensors end at byte {next} and the file at {fileLength}");
        }
    }

    private static int? ByteSize(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => null,
    };

    private static InvalidDataException Damaged(string path, string what) => new($"'{path}' is not a safetensors file, or is damaged: {Excerpt.Of(what, LongestReason)}.");

    private const int LongestReason = 600;
}
