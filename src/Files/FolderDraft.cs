namespace CachePolicies.Files;

/// <summary>
/// A folder in the making. It lies beside its place under a name that nobody else uses, gets its name when it is whole, and is removed with all that it
/// holds otherwise.
/// </summary>
public sealed class FolderDraft : IDisposable
{
    private bool _isComplete;

    private FolderDraft(string target, string path) => (Target, Path) = (target, path);

    /// <summary>The full path that the folder will have.</summary>
    public string Target { get; }

    /// <summary>The full path that it has now.</summary>
    public string Path { get; }

    /// <summary>Begins a draft.</summary>
    /// <param name="target">The path that the folder will have.</param>
    /// <exception cref="IOException">The draft cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static FolderDraft Create(string target)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        var draft = new FolderDraft(full, $"{full}.{Guid.NewGuid():N}.tmp");
        UnfinishedWork.Begin(draft.Path);
        try
        {
            Directory.CreateDirectory(draft.Path);
            return draft;
        }
        catch
        {
            UnfinishedWork.End(draft.Path);
            throw;
        }
    }

    /// <summary>Gives the folder its name.</summary>
    /// <exception cref="IOException">There is something of that name.</exception>
    public void Complete()
    {
        Directory.Move(Path, Target);
        _isComplete = true;
        UnfinishedWork.End(Path);
    }

    /// <summary>Removes the draft unless it was completed.</summary>
    public void Dispose()
    {
        if (!_isComplete && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        UnfinishedWork.End(Path);
    }
}
