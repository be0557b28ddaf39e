using System.Security.Cryptography;
using CachePolicies.Files;

namespace CachePolicies.Models;

/// <summary>The fingerprint of a model's files: SHA-256 over their bytes, one file after another.</summary>
public static class ModelFingerprint
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Takes the fingerprint.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="files">The files in it, in the order in which they count.</param>
    /// <param name="cancellationToken">Looked at before each mebibyte.</param>
    /// <returns><c>sha256:</c> and 64 hexadecimal digits.</returns>
    /// <exception cref="InvalidDataException">A name leads out of the folder, or to something that is not a regular file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static string Compute(string directory, IEnumerable<string> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        foreach (var file in files)
        {
            using var stream = RegularFile.Open(FolderFile.Resolve(directory, file));
            // A file that grows while it is read ends where it ended when it was opened.
            for (var left = stream.Length; left > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = stream.Read(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
                if (read == 0)
                {
                    break;
                }

                digest.AppendData(buffer.AsSpan(0, read));
                left -= read;
            }
        }

        return "sha256:" + Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Compares a manifest's fingerprint with the files; nothing happens where it has none.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <exception cref="InvalidModelException">They differ, or a file cannot be read.</exception>
    public static void Verify(string directory, ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Fingerprint is not { } stated)
        {
            return;
        }

        var found = Of(directory, manifest);
        if (!found.Equals(stated, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidModelException(
                $"The files of '{directory}' are not those that the manifest was written for: their fingerprint is {found}, the manifest says {Excerpt.Of(stated)}. Fetch or export the model again.");
        }
    }

    private static string Of(string directory, ModelManifest manifest)
    {
        try
        {
            return Compute(directory, ManifestReader.FilesOf(manifest));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"The files of '{directory}' cannot be read: {failure.Message}", failure);
        }
    }
}
