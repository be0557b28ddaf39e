using System.Security.Cryptography;
using System.Text.Json;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>Reads a manifest and checks what can be checked without opening a graph.</summary>
internal static class ManifestReader
{
    /// <summary>Reads the manifest of a directory, whose files are there and whose stages form a chain.</summary>
    /// <exception cref="InvalidModelException">Something is missing or contradicts itself.</exception>
    public static ModelManifest Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new InvalidModelException($"There is no model directory '{directory}'.");
        }

        var path = Path.Combine(directory, ModelManifest.FileName);
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"'{directory}' is no model directory: it has no '{ModelManifest.FileName}'.");
        }

        var manifest = Parse(path);
        if (manifest.Format != ModelManifest.CurrentFormat)
        {
            throw new InvalidModelException($"'{path}' has the format '{manifest.Format}'; this version reads '{ModelManifest.CurrentFormat}'.");
        }

        CheckChain(manifest, path);
        foreach (var file in FilesOf(manifest).Concat(manifest.Denoiser is { } unsplit ? [unsplit] : []))
        {
            CheckFile(directory, path, file);
        }

        return manifest;
    }

    /// <summary>The prelude's and the stages' files and then the external data: what the fingerprint is taken over.</summary>
    public static IEnumerable<string> FilesOf(ModelManifest manifest) =>
        (manifest.Prelude is { } prelude ? [prelude.File] : Array.Empty<string>()).Concat(manifest.Stages.Select(s => s.File)).Concat(manifest.ExternalData);

    /// <summary>Compares the fingerprint with the files, where the manifest has one.</summary>
    /// <exception cref="InvalidModelException">They differ.</exception>
    public static void Verify(string directory, ModelManifest manifest)
    {
        if (manifest.Fingerprint is not { } stated)
        {
            return;
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        foreach (var file in FilesOf(manifest))
        {
            using var stream = File.OpenRead(Path.Combine(directory, file));
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                digest.AppendData(buffer.AsSpan(0, read));
            }
        }

        var found = "sha256:" + Convert.ToHexStringLower(digest.GetHashAndReset());
        if (!found.Equals(stated, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidModelException(
                $"The files of '{directory}' are not those that the manifest was written for: their fingerprint is {found}, the manifest says {stated}. Fetch or export the model again.");
        }
    }

    private static ModelManifest Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, ManifestJson.Default.ModelManifest)
                ?? throw new InvalidModelException($"'{path}' is empty.");
        }
        catch (JsonException failure)
        {
            var place = failure.LineNumber is { } line ? $" (line {line + 1})" : "";
            throw new InvalidModelException($"'{path}' is no manifest of a model{place}: {WithoutPath(failure.Message)}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"'{path}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>A message of the JSON reader without its path and position.</summary>
    public static string WithoutPath(string message)
    {
        var path = message.IndexOf(" Path: $", StringComparison.Ordinal);
        return path < 0 ? message : message[..path];
    }

    private static void CheckChain(ModelManifest manifest, string path)
    {
        if (manifest.Stages.Length != manifest.Boundaries.Length - 1)
        {
            throw new InvalidModelException(
                $"'{path}' has {manifest.Boundaries.Length} boundaries and {manifest.Stages.Length} stages; there is one stage between each two neighbours.");
        }

        for (var i = 0; i < manifest.Stages.Length; i++)
        {
            var (stage, from, to) = (manifest.Stages[i], manifest.Boundaries[i].Name, manifest.Boundaries[i + 1].Name);
            if (stage.From != from || stage.To != to)
            {
                throw new InvalidModelException(
                    $"The stage '{stage.Name}' in '{path}' leads from '{stage.From}' to '{stage.To}'; in its place one from '{from}' to '{to}' is needed.");
            }
        }
    }

    private static void CheckFile(string directory, string manifest, string file)
    {
        if (file.Length == 0 || Path.IsPathRooted(file) || file.Split('/', '\\').Contains(".."))
        {
            throw new InvalidModelException($"'{manifest}' names the file '{file}'; a model's files lie in its own directory.");
        }

        if (!File.Exists(Path.Combine(directory, file)))
        {
            throw new InvalidModelException($"The file '{file}', which '{manifest}' names, is not in '{directory}'.");
        }
    }
}
