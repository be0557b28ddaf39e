using System.Collections.Immutable;
using System.Text.Json.Serialization;
using CachePolicies.Files;

namespace CachePolicies.TextToImage;

/// <summary>The list of words beside a manifest: a JSON list of texts, of which each position is an identifier.</summary>
internal static class VocabularyFile
{
    /// <summary>Reads the list.</summary>
    /// <exception cref="InvalidDataException">The file is missing, cannot be read, or is not a list of texts; the message says why.</exception>
    public static ImmutableArray<string> Read(string path)
    {
        try
        {
            return [.. JsonFile.Read(path, VocabularyJson.Default.StringArray)];
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The vocabulary cannot be read: {failure.Message}", failure);
        }
    }
}

[JsonSerializable(typeof(string[]))]
internal sealed partial class VocabularyJson : JsonSerializerContext;
