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

    /// <summary>The same with further sections at its end, written as they are.</summary>
    /// <param name="stream">Where it goes; stays open.</param>
    /// <param name="manifest">What is written.</param>
    /// <param name="sections">The sections by name.</param>
    /// <exception cref="ArgumentException">The manifest has something of a section's name already.</exception>
    public static void Write(Stream stream, ModelManifest manifest, IEnumerable<KeyValuePair<string, JsonElement>> sections)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(sections);
        using var own = JsonSerializer.SerializeToDocument(manifest, ManifestJson.Default.ModelManifest);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var property in own.RootElement.EnumerateObject())
            {
                property.WriteTo(json);
            }

            foreach (var (name, content) in sections)
            {
                if (own.RootElement.TryGetProperty(name, out _))
                {
                    throw new ArgumentException($"The manifest has '{name}' already.", nameof(sections));
                }

                json.WritePropertyName(name);
                content.WriteTo(json);
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
