using System.Text.Json;
using CachePolicies.Files;

namespace CachePolicies.Diffusers;

/// <summary>Reads the JSON files of a folder: of bounded size, objects only.</summary>
internal static class SettingsFile
{
    private const long LargestFile = 4 << 20;

    /// <exception cref="InvalidDataException">The file cannot be read or is not a JSON object; the message names it.</exception>
    public static JsonDocument Parse(string path)
    {
        try
        {
            var document = JsonFile.Parse(RegularFile.ReadAllBytes(path, LargestFile), new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidDataException($"'{path}' is not a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"'{path}' is not valid JSON (line {failure.LineNumber + 1}).", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"'{path}' cannot be read: {failure.Message}", failure);
        }
    }
}
