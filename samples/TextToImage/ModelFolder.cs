using System.Text.Json;

namespace CachePolicies.Samples.TextToImage;

/// <summary>Finds the sample model.</summary>
internal static class ModelFolder
{
    private static readonly string Place = Path.Combine("models", "emoji");

    /// <summary>The folder <c>models/emoji</c> beside the program or in a folder above it, or above the working folder.</summary>
    public static string Find()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, Place);
                if (File.Exists(Path.Combine(candidate, "manifest.json")))
                {
                    return candidate;
                }
            }
        }

        throw new BadInputException($"The sample model is missing: there is no '{Path.Combine(Place, "manifest.json")}' in '{AppContext.BaseDirectory}' or a folder above it. Run the sample from a clone of the repository.");
    }

    /// <summary>The prompts of the default run: six that the model was trained on and two new word combinations.</summary>
    public static IReadOnlyList<string> ReadPrompts(string model)
    {
        const int KnownCount = 6;
        const int NewCount = 2;
        var path = Path.Combine(model, "prompts.json");
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            IEnumerable<string> Take(string name, int count) => document.RootElement.GetProperty(name).EnumerateArray().Take(count).Select(p => p.GetString()!);
            return [.. Take("known", KnownCount), .. Take("new", NewCount)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BadInputException($"The prompts '{path}' cannot be read: {failure.Message}");
        }
    }
}
