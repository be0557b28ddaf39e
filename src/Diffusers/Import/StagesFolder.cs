using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// Where the stages of a folder's denoiser are: the subfolder <c>stages</c> of the denoiser, or a cache folder of the user's where the pipeline cannot be
/// written. Stages remember the graph that they were cut from; those of another graph are not used.
/// </summary>
public sealed class StagesFolder
{
    /// <summary>The section of the manifest that says what the stages were cut from.</summary>
    internal const string SourceSection = "source";

    private const string Subfolder = "stages";

    private StagesFolder(string path, bool isInPipeline) => (Path, IsInPipeline) = (path, isInPipeline);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether it is in the pipeline's folder.</summary>
    public bool IsInPipeline { get; }

    /// <summary>The stages that a folder's denoiser has, or <see langword="null"/> where it must be split first.</summary>
    public static StagesFolder? Find(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var source = SourceOf(folder);
        return Places(folder).FirstOrDefault(p => ModelFolder.IsModel(p.Path) && IsOf(p.Path, source));
    }

    /// <summary>The layout of the stages for a picture of a size, with text of the family's usual length; no session is opened.</summary>
    /// <exception cref="Models.InvalidModelException">The manifest or a graph is damaged.</exception>
    public DenoiserLayout LayoutFor(DiffusersFolder folder, TextToImage.PictureSize size)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return StagesLayout.Read(Path, folder, size);
    }

    /// <summary>Where stages can be written: in the pipeline's folder, or in the user's cache where that is read-only.</summary>
    internal static StagesFolder ForWriting(DiffusersFolder folder)
    {
        var places = Places(folder).ToArray();
        return CanWrite(folder.Denoiser.Directory) ? places[0] : places[1];
    }

    /// <summary>What stages are bound to: the graph's name, size and digest, and the size of its weights.</summary>
    internal static JsonElement SourceOf(DiffusersFolder folder)
    {
        var denoiser = folder.Denoiser;
        var digest = DigestOf(denoiser.GraphPath);
        return JsonSerializer.SerializeToElement(
            new StagesSource(System.IO.Path.GetFileName(denoiser.GraphPath), denoiser.Bytes, digest), StagesJson.Default.StagesSource);
    }

    private static IEnumerable<StagesFolder> Places(DiffusersFolder folder)
    {
        yield return new(System.IO.Path.Combine(folder.Denoiser.Directory, Subfolder), true);
        var place = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(System.IO.Path.GetFullPath(folder.Denoiser.Directory))))[..16];
        yield return new(System.IO.Path.Combine(CacheRoot(), "stages", $"{folder.Name}-{place}"), false);
    }

    private static string CacheRoot()
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return System.IO.Path.Combine(local.Length > 0 ? local : System.IO.Path.GetTempPath(), "CachePolicies");
    }

    private static bool IsOf(string path, JsonElement source)
    {
        try
        {
            using var manifest = SettingsFile.Parse(System.IO.Path.Combine(path, "manifest.json"));
            return manifest.RootElement.TryGetProperty(SourceSection, out var found) && JsonElement.DeepEquals(found, source);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>The digest of the first and the last 8 MB of a file: the whole graph where the weights lie beside it.</summary>
    private static string DigestOf(string file)
    {
        const int Part = 8 << 20;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Math.Min(Part, stream.Length)];
        stream.ReadExactly(buffer);
        digest.AppendData(buffer);
        if (stream.Length > Part)
        {
            stream.Position = Math.Max(Part, stream.Length - Part);
            var rest = new byte[stream.Length - stream.Position];
            stream.ReadExactly(rest);
            digest.AppendData(rest);
        }

        digest.AppendData(Encoding.UTF8.GetBytes(stream.Length.ToString(CultureInfo.InvariantCulture)));
        return "sha256:" + Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private static bool CanWrite(string folder)
    {
        var probe = System.IO.Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
