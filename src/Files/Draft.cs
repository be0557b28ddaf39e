namespace CachePolicies.Files;

/// <summary>
/// A file in the making. It lies beside its place under a name that nobody else uses, is never opened through a link, gets its name when it is whole,
/// and is removed otherwise.
/// </summary>
public sealed class Draft : IDisposable
{
    private readonly string _draft;
    private bool _isComplete;

    private Draft(string path, string draft, FileStream stream) => (Path, _draft, Stream) = (path, draft, stream);

    /// <summary>The path that the file will have.</summary>
    public string Path { get; }

    /// <summary>Takes the content. Owned by the draft.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a draft.</summary>
    /// <param name="path">The path that the file will have.</param>
    /// <exception cref="IOException">The draft cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static Draft Create(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var draft = $"{path}.{Guid.NewGuid():N}.tmp";
        var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        UnfinishedWork.Begin(draft);
        return new Draft(path, draft, stream);
    }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">The path that it will have; what is there is replaced.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var draft = Create(path);
        draft.Stream.Write(content);
        draft.Complete();
    }

    /// <summary>Ends the draft and gives the file its name.</summary>
    /// <param name="overwrite">Whether a file of that name is replaced.</param>
    /// <exception cref="IOException">The disk is full, or there is a file of that name that may not be replaced.</exception>
    public void Complete(bool overwrite = true)
    {
        Stream.Dispose();
        File.Move(_draft, Path, overwrite);
        _isComplete = true;
        UnfinishedWork.End(_draft);
    }

    /// <summary>Removes the draft unless it was completed.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // The last bytes did not reach the disk; the draft goes.
        }

        if (!_isComplete)
        {
            File.Delete(_draft);
            UnfinishedWork.End(_draft);
        }
    }
}
