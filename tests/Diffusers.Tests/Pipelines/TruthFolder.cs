using System.Runtime.InteropServices;
using System.Text.Json;

namespace CachePolicies.Diffusers.Tests;

/// <summary>A folder with a small pipeline of random weights and what diffusers made with it: <c>truth.json</c> and <c>truth.safetensors</c>.</summary>
internal sealed class TruthFolder
{
    private readonly byte[] _bytes;
    private readonly JsonElement _header;
    private readonly int _base;

    public TruthFolder(string path)
    {
        Path = path;
        Runs = [.. JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(path, "truth.json"))).RootElement.GetProperty("runs").EnumerateArray().Select(r => r.Clone())];
        _bytes = File.ReadAllBytes(System.IO.Path.Combine(path, "truth.safetensors"));
        var length = (int)BitConverter.ToInt64(_bytes);
        _header = JsonDocument.Parse(_bytes.AsMemory(8, length)).RootElement;
        _base = 8 + length;
    }

    public string Path { get; }

    public IReadOnlyList<JsonElement> Runs { get; }

    public JsonElement Run(string name) => Runs.First(r => r.GetProperty("name").GetString() == name);

    public bool Has(string array) => _header.TryGetProperty(array, out _);

    public int[] ShapeOf(string array) => [.. _header.GetProperty(array).GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];

    public float[] Floats(string array) => [.. MemoryMarshal.Cast<byte, float>(Data(array, "F32"))];

    public byte[] Bytes(string array) => Data(array, "U8").ToArray();

    public long[] Integers(string array) => [.. MemoryMarshal.Cast<byte, long>(Data(array, "I64"))];

    private ReadOnlySpan<byte> Data(string array, string type)
    {
        var entry = _header.GetProperty(array);
        Assert.Equal(type, entry.GetProperty("dtype").GetString());
        var offsets = entry.GetProperty("data_offsets");
        return _bytes.AsSpan(_base + offsets[0].GetInt32(), offsets[1].GetInt32() - offsets[0].GetInt32());
    }

    /// <summary>The folders that are committed, and those beside the repository where they are there.</summary>
    public static IEnumerable<string> All()
    {
        var root = Repository.PathOf("");
        var committed = System.IO.Path.Combine(root, "tests", "Diffusers.Tests", "Folders");
        var shared = System.IO.Path.Combine(root, "..", "shared", "pipelines");
        return new[] { committed, shared }.Where(Directory.Exists).SelectMany(Directory.GetDirectories)
            .Where(f => File.Exists(System.IO.Path.Combine(f, DiffusersFolder.IndexFile)) && File.Exists(System.IO.Path.Combine(f, "truth.json")))
            .DistinctBy(System.IO.Path.GetFileName)
            .Order(StringComparer.Ordinal);
    }
}
