using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace CachePolicies.Traces.Tests;

/// <summary>Writes safetensors files for tests, right ones and wrong ones.</summary>
internal sealed class SafetensorsWriter
{
    private readonly List<string> _entries = [];
    private readonly List<byte> _data = [];

    public SafetensorsWriter Metadata(params (string Key, string Value)[] metadata)
    {
        _entries.Add($"\"__metadata__\":{{{string.Join(",", metadata.Select(m => $"\"{m.Key}\":\"{m.Value}\""))}}}");
        return this;
    }

    public SafetensorsWriter Add(string name, int[] shape, params float[] values) => Add(name, "F32", shape, MemoryMarshal.AsBytes<float>(values));

    public SafetensorsWriter Add(string name, string type, int[] shape, ReadOnlySpan<byte> bytes)
    {
        var start = _data.Count;
        _data.AddRange(bytes);
        return Entry(string.Create(
            CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{start},{_data.Count}]}}"));
    }

    public SafetensorsWriter Entry(string json)
    {
        _entries.Add(json);
        return this;
    }

    public byte[] ToBytes() => Frame($"{{{string.Join(",", _entries)}}}", _data.ToArray());

    public static byte[] Frame(string header, params byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        return [.. prefix, .. json, .. data];
    }

    public TemporaryFile Save() => new(ToBytes());
}

/// <summary>A file that is deleted at the end of the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path, bytes);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cachepolicies-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(Path);
}
