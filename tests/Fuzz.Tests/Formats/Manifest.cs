using System.Text.Json;
using System.Text.Json.Nodes;
using CachePolicies.Models;

namespace CachePolicies.Fuzz;

/// <summary><c>manifest.json</c> of a staged model. The files that it names are there, and empty.</summary>
internal sealed class Manifest : FuzzedFormat
{
    private static readonly byte[] Whole = Resource.Bytes("manifest.json");

    public override string FileName => ModelManifest.FileName;

    public override IReadOnlyList<byte[]> Seeds { get; } = [Resource.Text(Smaller().ToJsonString())];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(InvalidModelException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Prepare(DirectoryInfo folder)
    {
        var manifest = JsonSerializer.Deserialize<JsonObject>(Whole)!;
        var files = manifest["stages"]!.AsArray().Append(manifest["prelude"]).Select(s => s?["file"]?.GetValue<string>())
            .Concat(manifest["externalData"]!.AsArray().Select(f => f!.GetValue<string>())).Append(manifest["denoiser"]?.GetValue<string>());
        foreach (var file in files.OfType<string>())
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, file), []);
        }
    }

    public override void Read(string path) => ManifestReader.Read(Path.GetDirectoryName(path)!);

    private static JsonObject Smaller()
    {
        var manifest = JsonSerializer.Deserialize<JsonObject>(Whole)!;
        manifest.Remove("training");
        return manifest;
    }
}
