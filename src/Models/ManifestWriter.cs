using System.Text.Json;

namespace CachePolicies.Models;

/// <summary>Writes a manifest, in the format <see cref="ModelManifest.CurrentFormat"/>.</summary>
public static class ManifestWriter
{
    /// <summary>Writes a manifest as indented JSON that ends with a line break.</summary>
    /// <param name="stream">Where it goes; stays open.</param>
    /// <param name="manifest">What is written.</param>
    public static void Write(Stream stream, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(manifest);
        JsonSerializer.Serialize(stream, manifest, ManifestJson.Default.ModelManifest);
        stream.WriteByte((byte)'\n');
    }
}
