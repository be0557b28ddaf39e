using CachePolicies.Files;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>
/// Results by key: files in a folder of bounded size, of which those that nobody asked for the longest go first. What is in the folder when the server starts
/// counts. Thread-safe. A disk that is full, or a folder that cannot be written, costs the storing and never the answer.
/// </summary>
internal sealed class ResultFolder
{
    private const string Extension = ".result";

    private readonly Dictionary<string, LinkedListNode<StoredResult>> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<StoredResult> _byUse = new();
    private readonly Lock _lock = new();
    private readonly ResultsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ResultFolder> _logger;
    private long _bytes;

    public ResultFolder(IOptions<ServerOptions> options, TimeProvider time, ILogger<ResultFolder> logger)
    {
        (_options, _time, _logger) = (options.Value.Results, time, logger);
        if (_options.Directory is { } folder && Directory.Exists(folder))
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles($"*{Extension}").OrderByDescending(f => f.LastWriteTimeUtc))
            {
                Add(new StoredResult(Path.GetFileNameWithoutExtension(file.Name), file.Length), isNewest: false);
            }

            MakeRoom(0);
        }
    }

    /// <summary>Whether results are stored.</summary>
    public bool IsUsed => _options.Directory is not null;

    /// <summary>The bytes of all results.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The result of a key, or <see langword="null"/> where there is none that is whole.</summary>
    public PicturesDone? Find(string key)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(key, out var found))
            {
                return null;
            }

            _byUse.Remove(found);
            _byUse.AddFirst(found);
        }

        try
        {
            var result = ResultFile.Read(key, RegularFile.ReadAllBytes(PathOf(key), _options.MaximumBytes));
            if (result is not null)
            {
                File.SetLastWriteTimeUtc(PathOf(key), _time.GetUtcNow().UtcDateTime); // The order of use outlives the process.
                return result;
            }

            Log.ResultDamaged(_logger, PathOf(key));
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            Log.ResultFailed(_logger, _options.Directory!, failure);
        }

        Forget(key);
        return null;
    }

    /// <summary>Stores a result, where there is room for it.</summary>
    public void Store(string key, PicturesDone done)
    {
        var file = ResultFile.Write(key, done);
        if (file.Length > _options.MaximumBytes)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(_options.Directory!);
            lock (_lock)
            {
                // Within the lock, so that room that was made is not taken twice.
                Remove(key);
                MakeRoom(file.Length);
                Draft.Write(PathOf(key), file);
                Add(new StoredResult(key, file.Length), isNewest: true);
            }
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            Log.ResultFailed(_logger, _options.Directory!, failure);
        }
    }

    private static bool IsOfTheDisk(Exception failure) => failure is IOException or UnauthorizedAccessException or InvalidDataException;

    private string PathOf(string key) => Path.Combine(_options.Directory!, key + Extension);

    private void Add(StoredResult result, bool isNewest)
    {
        _known[result.Key] = isNewest ? _byUse.AddFirst(result) : _byUse.AddLast(result);
        _bytes += result.Bytes;
    }

    private void MakeRoom(long bytes)
    {
        while (_bytes + bytes > _options.MaximumBytes && _byUse.Last is { } oldest)
        {
            Remove(oldest.Value.Key);
        }
    }

    private void Forget(string key)
    {
        lock (_lock)
        {
            try
            {
                Remove(key);
            }
            catch (Exception failure) when (IsOfTheDisk(failure))
            {
                Log.ResultFailed(_logger, _options.Directory!, failure);
            }
        }
    }

    private void Remove(string key)
    {
        if (_known.Remove(key, out var node))
        {
            _byUse.Remove(node);
            _bytes -= node.Value.Bytes;
            File.Delete(PathOf(key));
        }
    }

    private readonly record struct StoredResult(string Key, long Bytes);
}
