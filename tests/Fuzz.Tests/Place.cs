using System.Globalization;

namespace CachePolicies.Fuzz;

/// <summary>A folder with one file of a format, and what the file needs.</summary>
internal sealed class Place : IDisposable
{
    private readonly FuzzedFormat _format;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cachepolicies-fuzz-");
    private readonly HashSet<string> _known;

    public Place(FuzzedFormat format)
    {
        _format = format;
        format.Prepare(_folder);
        File = Path.Combine(_folder.FullName, format.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        _known = [.. Entries(), File];
    }

    public string File { get; }

    public void Write(byte[] content) => System.IO.File.WriteAllBytes(File, content);

    /// <summary>What reading left in the folder, or <see langword="null"/>.</summary>
    public string? Leftover() => Entries().FirstOrDefault(e => !_known.Contains(e));

    /// <summary>Copies the file to where it can be looked at.</summary>
    public string Keep(int number)
    {
        var kept = Path.Combine(Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "cachepolicies-fuzz")).FullName, string.Create(CultureInfo.InvariantCulture, $"{_format.Name}-{number}-{Path.GetFileName(File)}"));
        System.IO.File.Copy(File, kept, overwrite: true);
        return kept;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Entries() => Directory.GetFileSystemEntries(_folder.FullName, "*", SearchOption.AllDirectories);
}
