using System.Security.Cryptography;
using CachePolicies.Files;
using CachePolicies.Reporting;
using Microsoft.Extensions.Options;

namespace CachePolicies.Server;

/// <summary>
/// Pictures that are answered by address: files under names that nobody can guess, in a folder of bounded size. The oldest go first, and each after a while.
/// Thread-safe.
/// </summary>
internal sealed class PictureStore : IDisposable
{
    private readonly Queue<StoredPicture> _stored = new();
    private readonly Lock _lock = new();
    private readonly PictureStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<PictureStore> _logger;
    private readonly bool _isOwn;
    private readonly ITimer _sweep;
    private long _bytes;

    public PictureStore(IOptions<ServerOptions> options, TimeProvider time, ILogger<PictureStore> logger)
    {
        (_options, _time, _logger) = (options.Value.Pictures, time, logger);
        _isOwn = _options.Directory is null;
        Directory = _options.Directory ?? Path.Combine(Path.GetTempPath(), $"cachepolicies-{Guid.NewGuid():N}");
        _sweep = time.CreateTimer(_ => Sweep(), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    /// <summary>Where the files are.</summary>
    public string Directory { get; }

    /// <summary>Stores a picture.</summary>
    /// <returns>The file's name.</returns>
    /// <exception cref="ApiErrorException">It cannot be stored: the disk is full, for instance.</exception>
    public string Add(byte[] file, string extension)
    {
        var name = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}.{extension}";
        try
        {
            System.IO.Directory.CreateDirectory(Directory);
            MakeRoom(file.Length);
            Draft.Write(Path.Combine(Directory, name), file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Log.StoreFailed(_logger, Directory, failure);
            throw new ApiErrorException(ApiError.Server(
                "The picture was made and cannot be stored; ask for response_format b64_json.", StatusCodes.Status507InsufficientStorage, "insufficient_storage"));
        }

        lock (_lock)
        {
            _stored.Enqueue(new StoredPicture(name, file.Length, _time.GetUtcNow() + _options.Lifetime));
            _bytes += file.Length;
        }

        return name;
    }

    /// <summary>The path of a stored picture, or <see langword="null"/> where there is none of that name, or none any more.</summary>
    public string? Find(string name)
    {
        Sweep();
        lock (_lock)
        {
            return _stored.Any(s => s.Name == name) ? Path.Combine(Directory, name) : null;
        }
    }

    /// <summary>The media type of a file's extension.</summary>
    public static string MediaTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        _ => "image/png",
    };

    public void Dispose()
    {
        _sweep.Dispose();
        MakeRoom(_options.MaximumBytes);
        if (_isOwn && System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private void MakeRoom(long bytes) => Remove(_ => _bytes + bytes > _options.MaximumBytes);

    private void Sweep()
    {
        var now = _time.GetUtcNow();
        Remove(s => s.Until <= now);
    }

    private void Remove(Predicate<StoredPicture> isDue)
    {
        lock (_lock)
        {
            while (_stored.TryPeek(out var oldest) && isDue(oldest))
            {
                _stored.Dequeue();
                _bytes -= oldest.Bytes;
                File.Delete(Path.Combine(Directory, oldest.Name));
            }
        }
    }

    private readonly record struct StoredPicture(string Name, long Bytes, DateTimeOffset Until);
}
