namespace CachePolicies.Samples.TextToImage;

/// <summary>The folder that pictures are written to; that it can be written is found out before anything is generated.</summary>
internal sealed class OutputFolder
{
    private readonly string _path;

    private OutputFolder(string path) => _path = path;

    public static OutputFolder Open(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            Directory.CreateDirectory(full);
            var probe = Path.Combine(full, $".{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return new OutputFolder(full);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException($"The folder '{path}' cannot be written: {failure.Message}");
        }
    }

    public string PathOf(string file) => Path.Combine(_path, file);
}
