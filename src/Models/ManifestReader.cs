using CachePolicies.Files;

namespace CachePolicies.Models;

/// <summary>Reads a manifest and checks what can be checked without opening a graph.</summary>
public static class ManifestReader
{
    /// <summary>Reads the manifest of a folder. Its stages form a chain, and the files that it names are regular files inside the folder.</summary>
    /// <param name="directory">The folder with <c>manifest.json</c>.</param>
    /// <exception cref="InvalidModelException">Something is missing or contradicts itself.</exception>
    public static ModelManifest Read(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        if (!Directory.Exists(directory))
        {
            throw new InvalidModelException($"There is no model directory '{directory}'.");
        }

        var path = Path.Combine(directory, ModelManifest.FileName);
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"'{directory}' is not a model directory: it has no '{ModelManifest.FileName}'.");
        }

        var manifest = Parse(path);
        if (manifest.Format != ModelManifest.CurrentFormat)
        {
            throw new InvalidModelException($"'{path}' has the format '{Excerpt.Of(manifest.Format)}'; this version reads '{ModelManifest.CurrentFormat}'.");
        }

        if (manifest.Batch is not (null or 1))
        {
            throw new InvalidModelException($"'{path}' has the batch {manifest.Batch}; expected 1, or none where the batch is free.");
        }

        CheckChain(manifest, path);
        CheckSizes(manifest, path);
        foreach (var file in FilesOf(manifest).Concat(manifest.Denoiser is { } unsplit ? [unsplit] : []))
        {
            CheckFile(directory, path, file);
        }

        return manifest;
    }

    /// <summary>The prelude's and the stages' files and then the external data: what the fingerprint is taken over.</summary>
    public static IEnumerable<string> FilesOf(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return (manifest.Prelude is { } prelude ? [prelude.File] : Array.Empty<string>()).Concat(manifest.Stages.Select(s => s.File)).Concat(manifest.ExternalData);
    }

    private static ModelManifest Parse(string path)
    {
        try
        {
            return JsonFile.Read(path, ManifestJson.Default.ModelManifest);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"The manifest is not usable: {failure.Message}", failure);
        }
    }

    private static void CheckChain(ModelManifest manifest, string path)
    {
        if (manifest.Boundaries.Length < 2 || manifest.Stages.Length != manifest.Boundaries.Length - 1)
        {
            throw new InvalidModelException(
                $"'{path}' has {manifest.Boundaries.Length} boundaries and {manifest.Stages.Length} stages; expected at least two boundaries, and one stage between each two neighbours.");
        }

        for (var i = 0; i < manifest.Stages.Length; i++)
        {
            var (stage, from, to) = (manifest.Stages[i], manifest.Boundaries[i].Name, manifest.Boundaries[i + 1].Name);
            if (stage.From != from || stage.To != to)
            {
                throw new InvalidModelException(
                    $"The stage '{Excerpt.Of(stage.Name)}' in '{path}' leads from '{Excerpt.Of(stage.From)}' to '{Excerpt.Of(stage.To)}'; expected one from '{Excerpt.Of(from)}' to '{Excerpt.Of(to)}'.");
            }
        }
    }

    /// <summary>No tensor has more elements than one buffer of the runtime can hold, so that their number can be multiplied without a second look.</summary>
    private static void CheckSizes(ModelManifest manifest, string path)
    {
        var tensors = manifest.Inputs.Concat(manifest.Prelude?.Tensors ?? []).Concat(manifest.Boundaries.SelectMany(b => b.Tensors));
        foreach (var tensor in tensors)
        {
            if (tensor.Axes.Aggregate(1.0, (count, axis) => count * (axis.IsFree ? 1 : axis.Size)) > int.MaxValue)
            {
                throw new InvalidModelException($"The tensor '{Excerpt.Of(tensor.Name)}' in '{path}' has more than {int.MaxValue} elements per lane.");
            }
        }
    }

    private static void CheckFile(string directory, string manifest, string file)
    {
        if (!FolderFile.IsInside(file))
        {
            throw new InvalidModelException($"'{manifest}' names the file '{Excerpt.OfPath(file)}'; a model's files are in its own directory.");
        }

        try
        {
            RegularFile.RequireRegular(Path.Combine(directory, file));
        }
        catch (FileNotFoundException missing)
        {
            throw new InvalidModelException($"The file '{Excerpt.OfPath(file)}', which '{manifest}' names, is not in '{directory}'.", missing);
        }
        catch (InvalidDataException other)
        {
            throw new InvalidModelException($"'{manifest}' names a file that is not one: {other.Message}", other);
        }
    }
}
