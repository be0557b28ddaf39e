using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CachePolicies.Files;

/// <summary>
/// Opens regular files of bounded size. A named pipe, a socket or a device is refused before it is opened: reading one may wait or go on for ever.
/// </summary>
public static class RegularFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file's path; symbolic links are followed.</param>
    /// <param name="maximumBytes">The most bytes that the file may have.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a regular file, or is larger than <paramref name="maximumBytes"/>.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream Open(string path, long maximumBytes = long.MaxValue)
    {
        RequireRegular(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        try
        {
            RequireSize(path, stream.Length, maximumBytes);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file for reading at any place.</summary>
    /// <inheritdoc cref="Open"/>
    public static SafeFileHandle OpenHandle(string path, long maximumBytes = long.MaxValue)
    {
        RequireRegular(path);
        var handle = File.OpenHandle(path);
        try
        {
            RequireSize(path, RandomAccess.GetLength(handle), maximumBytes);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <inheritdoc cref="Open"/>
    public static byte[] ReadAllBytes(string path, long maximumBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumBytes, Array.MaxLength);
        using var stream = Open(path, maximumBytes);
        var bytes = new byte[stream.Length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Reads a whole file as UTF-8 text, without its byte order mark.</summary>
    /// <inheritdoc cref="Open"/>
    public static string ReadAllText(string path, long maximumBytes)
    {
        var bytes = ReadAllBytes(path, maximumBytes).AsSpan();
        return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
    }

    /// <summary>Checks that a path leads to a regular file, without opening it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a regular file.</exception>
    public static void RequireRegular(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"'{Excerpt.OfPath(path)}' is a folder; expected a file.");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{Excerpt.OfPath(path)}'.", path);
        }

        if (FileKind.Of(path) is { } kind)
        {
            throw new InvalidDataException($"'{Excerpt.OfPath(path)}' is {kind}; expected a regular file.");
        }
    }

    private static void RequireSize(string path, long length, long maximumBytes)
    {
        if (length > maximumBytes)
        {
            throw new InvalidDataException($"'{Excerpt.OfPath(path)}' has {length} bytes; expected at most {maximumBytes}.");
        }
    }
}
