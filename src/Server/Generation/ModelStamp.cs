using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CachePolicies.Server;

/// <summary>Tells a model's files from others by their names, sizes and times, without reading their weights.</summary>
internal static class ModelStamp
{
    /// <summary>The stamp of all files.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="files">Its files.</param>
    public static string Of(string folder, IEnumerable<FileInfo> files)
    {
        var lines = files.Select(f => $"{Path.GetRelativePath(folder, f.FullName)} {Of(f)}").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    /// <summary>The stamp of a file; of what it links to, where it is a link.</summary>
    public static string Of(FileInfo file)
    {
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return string.Create(CultureInfo.InvariantCulture, $"{target.Length} {target.LastWriteTimeUtc.Ticks}");
    }
}
