using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CachePolicies.Tool.Tests;

/// <summary>Writes small safetensors files of float32, in a folder that vanishes with it.</summary>
internal sealed class SafetensorsBuilder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-tests-");
    private readonly Dictionary<string, object> _header = [];
    private readonly List<byte> _data = [];

    public SafetensorsBuilder Add(string key, int[] shape, params float[] values)
    {
        var bytes = MemoryMarshal.AsBytes<float>(values);
        _header[key] = new { dtype = "F32", shape, data_offsets = new[] { _data.Count, _data.Count + bytes.Length } };
        _data.AddRange(bytes);
        return this;
    }

    public SafetensorsBuilder Metadata(Dictionary<string, string> metadata)
    {
        _header["__metadata__"] = metadata;
        return this;
    }

    public string Save(string name = "features.safetensors", int dropBytes = 0)
    {
        var header = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(_header));
        var file = new byte[sizeof(ulong) + header.Length + _data.Count];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file, sizeof(ulong));
        _data.CopyTo(file, sizeof(ulong) + header.Length);
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, file[..^dropBytes]);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
