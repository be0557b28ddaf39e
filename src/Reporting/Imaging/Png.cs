namespace CachePolicies.Reporting;

/// <summary>Reads and writes PNG (ISO/IEC 15948).</summary>
public static class Png
{
    /// <summary>Writes a picture: 8-bit RGB, each row under the filter that the specification's heuristic picks. Equal pictures give equal bytes.</summary>
    public static void Write(Stream stream, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(image);
        PngEncoder.Write(stream, image);
    }

    /// <summary>The bytes of a PNG file of the picture.</summary>
    public static byte[] Encode(RgbImage image)
    {
        using var stream = new MemoryStream();
        Write(stream, image);
        return stream.ToArray();
    }

    /// <summary>Writes a picture to a file, replacing what is there; the file appears whole or not at all.</summary>
    /// <exception cref="IOException">The path cannot be written.</exception>
    public static void Save(string path, RgbImage image)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var draft = path + ".tmp";
        try
        {
            File.WriteAllBytes(draft, Encode(image));
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Reads a picture of 8 bits a channel, without interlace: grey, RGB or palette; transparency is laid over white.</summary>
    /// <exception cref="InvalidDataException">The data is damaged, is no PNG or a kind that is not read; the message says which.</exception>
    public static RgbImage Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return PngDecoder.Read(stream);
    }

    /// <summary>Reads a picture from a file.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Read"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RgbImage Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream);
    }
}
