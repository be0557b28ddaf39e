using CachePolicies.Files;

namespace CachePolicies.Tool;

/// <summary>
/// A folder for what a run needs until its end. It is removed then; what a run that was killed left behind is removed by the next run, which knows it by the
/// lock that nobody holds any more.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private const string Prefix = "cachepolicies-";
    private const string LockName = ".lock";

    /// <summary>A folder this young may not have its lock yet.</summary>
    private static readonly TimeSpan TimeToLock = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder;
    private readonly FileStream _lock;

    private WorkFolder(DirectoryInfo folder, FileStream held) => (_folder, _lock) = (folder, held);

    /// <summary>The full path.</summary>
    public string Path => _folder.FullName;

    /// <summary>Makes a folder, and removes those that killed runs of the same verb left behind.</summary>
    /// <param name="verb">The verb that works in it.</param>
    /// <param name="time">Tells how old the others are.</param>
    public static WorkFolder Create(string verb, TimeProvider time)
    {
        var prefix = $"{Prefix}{verb}-";
        RemoveAbandoned(prefix, time);
        var folder = Directory.CreateTempSubdirectory(prefix);
        UnfinishedWork.Begin(folder.FullName);
        return new WorkFolder(folder, new FileStream(System.IO.Path.Combine(folder.FullName, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    public void Dispose()
    {
        _lock.Dispose();
        _folder.Delete(recursive: true);
        UnfinishedWork.End(Path);
    }

    private static void RemoveAbandoned(string prefix, TimeProvider time)
    {
        foreach (var folder in new DirectoryInfo(System.IO.Path.GetTempPath()).EnumerateDirectories(prefix + "*"))
        {
            try
            {
                if (folder.LinkTarget is null && IsAbandoned(folder, time))
                {
                    folder.Delete(recursive: true);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // In use, or somebody else's.
            }
        }
    }

    private static bool IsAbandoned(DirectoryInfo folder, TimeProvider time)
    {
        var path = System.IO.Path.Combine(folder.FullName, LockName);
        if (!File.Exists(path))
        {
            return time.GetUtcNow().UtcDateTime - folder.CreationTimeUtc > TimeToLock;
        }

        using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        return true;
    }
}
