using System.Collections.Concurrent;

namespace CachePolicies.Files;

/// <summary>
/// Files and folders that this process has begun and not finished, for a process that has to end without unwinding: at a second Ctrl-C, or when what runs
/// does not hear the first. Thread-safe.
/// </summary>
public static class UnfinishedWork
{
    private static readonly ConcurrentDictionary<string, bool> Begun = new(StringComparer.Ordinal);

    /// <summary>Notes a file or folder that is in the making.</summary>
    public static void Begin(string path) => Begun[Path.GetFullPath(path)] = true;

    /// <summary>Forgets it: it was finished or removed.</summary>
    public static void End(string path) => Begun.TryRemove(Path.GetFullPath(path), out _);

    /// <summary>Removes all that was begun and not ended, as far as that is possible. Called once, right before the process ends.</summary>
    public static void RemoveAll()
    {
        foreach (var path in Begun.Keys)
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Somebody else holds it; there is nobody left to tell.
            }
        }
    }
}
