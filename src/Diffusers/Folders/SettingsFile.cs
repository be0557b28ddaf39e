using System.Text.Json;

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
            var info = new FileInfo(path);
            if ((info.Attributes & (FileAttributes.Device | FileAttributes.Directory)) != 0 || info.Length > LargestFile)
            {
                throw new InvalidDataException($"'{path}' has {info.Length:N0} bytes; expected a JSON file of at most {LargestFile:N0}.");
            }

            var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new InvalidDataException($"'{path}' is not a JSON object.");
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
