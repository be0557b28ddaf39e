using System.Text.Json;
using CachePolicies.Backends.OnnxRuntime;
using CachePolicies.Files;
using CachePolicies.Models;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary>What no graph tells about a model: a JSON file with the sections <c>textToImage</c> and <c>training</c> of the manifest to be.</summary>
internal static class ModelFacts
{
    private const string TextToImage = "textToImage", Training = "training";

    /// <summary>Adds a file's sections, and the vocabulary that they name, to a split.</summary>
    /// <param name="path">The file; the vocabulary is looked for beside it.</param>
    /// <param name="model">The model that will be split.</param>
    /// <param name="options">Gets the sections and files.</param>
    /// <exception cref="UsageException">The file cannot be read, a section is not right, or it does not fit the model.</exception>
    public static void Add(string path, DenoiserDescription model, SplitOptions options)
    {
        using var document = Read(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new UsageException($"'{path}' is not an object with the sections '{TextToImage}' and '{Training}'.");
        }

        foreach (var section in document.RootElement.EnumerateObject())
        {
            switch (section.Name)
            {
                case TextToImage:
                    AddVocabulary(path, Parse(path, section.Value).Tokenizer, model, options);
                    break;
                case Training:
                    break;
                default:
                    throw new UsageException($"'{path}' has the section '{section.Name}'; '{TextToImage}' and '{Training}' can be added to a manifest, the rest of it comes from the model.");
            }

            options.Sections[section.Name] = section.Value.Clone();
        }
    }

    private static JsonDocument Read(string path)
    {
        try
        {
            return JsonFile.Parse(RegularFile.ReadAllBytes(path, 16 << 20));
        }
        catch (JsonException failure)
        {
            throw new UsageException($"'{path}' is not JSON: {failure.Message}");
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{path}' cannot be read: {failure.Message}");
        }
    }

    private static TextToImageManifest Parse(string path, JsonElement section)
    {
        try
        {
            return TextToImageManifest.Parse(section);
        }
        catch (InvalidModelException failure)
        {
            throw new UsageException($"'{path}': {failure.Message}");
        }
    }

    private static void AddVocabulary(string path, TokenizerManifest tokenizer, DenoiserDescription model, SplitOptions options)
    {
        if (!model.Inputs.Any(input => input.Name == tokenizer.Input))
        {
            throw new UsageException($"'{path}': the tokenizer fills the input '{tokenizer.Input}', which '{model.Path}' does not have; it has {string.Join(", ", model.Inputs.Select(input => input.Name))}.");
        }

        var name = tokenizer.Vocabulary;
        if (name.Length == 0 || Path.IsPathRooted(name) || name.Split('/', '\\').Contains(".."))
        {
            throw new UsageException($"'{path}' names the vocabulary '{name}'; expected a file beside it.");
        }

        var source = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
        options.Files[name] = File.Exists(source) ? source : throw new UsageException($"The vocabulary '{name}', which '{path}' names, is not beside it.");
    }
}
