using System.Text.Json;

namespace CachePolicies.Samples.TextToImage;

/// <summary>Finds the sample model.</summary>
internal static class ModelFolder
{
    /// <summary>The sample model of the repository.</summary>
    public static string Find() => CachePolicies.TextToImage.ModelFolder.FindSample() ?? throw new BadInputException(
        $"The sample model is missing: there is no '{CachePolicies.TextToImage.ModelFolder.Sample}' above the working folder or the program. Run the sample from a clone of the repository.");

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
