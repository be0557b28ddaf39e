using System.Text;
using CachePolicies.Files;
using CachePolicies.Reporting;

namespace CachePolicies.Tool;

/// <summary>Whether results can be written, found out before anything is generated.</summary>
internal static class OutputPath
{
    /// <summary>Checks that a file can be written. A folder that is missing is made when the file is written (<see cref="Make"/>).</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="UsageException">It cannot.</exception>
    public static string File(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full))
            {
                throw new UsageException($"'{path}' is a folder; expected the path of a file.");
            }

            Probe(Path.GetDirectoryName(full)!);
            return full;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"'{path}' cannot be written: {failure.Message}");
        }
    }

    /// <summary>Checks that a picture can be written: a file whose extension names a format.</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="UsageException">It cannot.</exception>
    public static string Picture(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                PictureFile.FormatOf(path);
            }
        }
        catch (ArgumentException failure)
        {
            throw new UsageException(failure.Message);
        }

        return File(path);
    }

    /// <summary>Checks that files can be written to a folder. Where it is missing, it is made when the first file is written.</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="UsageException">They cannot.</exception>
    public static string Folder(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            Probe(full);
            return full;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"The folder '{path}' cannot be written: {failure.Message}");
        }
    }

    /// <summary>Makes the folder of a file that is written next.</summary>
    /// <returns>The file's path.</returns>
    public static string Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }

    /// <summary>Writes a text that appears whole or not at all.</summary>
    public static void WriteText(string path, string text) => Draft.Write(Make(path), Encoding.UTF8.GetBytes(text));

    /// <summary>Writes to the folder, or to the nearest one above it that is there.</summary>
    private static void Probe(string folder)
    {
        while (!Directory.Exists(folder) && !System.IO.File.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
        {
            folder = above;
        }

        Draft.Create(Path.Combine(folder, ".probe")).Dispose();
    }
}
