using CachePolicies.Files;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace CachePolicies.Reporting;

/// <summary>Reads and writes picture files; the extension says which format is written.</summary>
public static class PictureFile
{
    /// <summary>Pixels of the largest picture that is read, 2²⁵: about 5,800 × 5,800.</summary>
    public const int MaximumPixels = 1 << 25;

    /// <summary>Bytes of the largest file that is read, 256 MiB.</summary>
    private const long MaximumBytes = 1L << 28;

    private const string Expected = ".png, .jpg, .jpeg, .webp or .gif";

    /// <summary>The format that a file's extension names, in any case.</summary>
    /// <exception cref="ArgumentException">The extension names none of the formats.</exception>
    public static PictureFormat FormatOf(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => PictureFormat.Png,
            ".jpg" or ".jpeg" => PictureFormat.Jpeg,
            ".webp" => PictureFormat.Webp,
            ".gif" => PictureFormat.Gif,
            "" => throw new ArgumentException($"'{path}' has no extension, which says the picture's format; expected {Expected}."),
            var other => throw new ArgumentException($"'{other}' is not an extension of a picture format that is written; expected {Expected}."),
        };
    }

    /// <summary>The bytes of a file of the picture. Equal pictures give equal bytes.</summary>
    public static byte[] Encode(RgbImage image, PictureFormat format)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var stream = new MemoryStream();
        Write(stream, image, format);
        return stream.ToArray();
    }

    /// <summary>Writes a picture to a stream.</summary>
    public static void Write(Stream stream, RgbImage image, PictureFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(image);
        using var pixels = PictureCodecs.Wrap(image);
        pixels.Save(stream, PictureCodecs.EncoderOf(format));
    }

    /// <summary>Writes a picture to a file in the format of its extension, replacing what is there; the file appears whole or not at all.</summary>
    /// <exception cref="ArgumentException">The extension names no format.</exception>
    /// <exception cref="IOException">The path cannot be written.</exception>
    public static void Save(string path, RgbImage image)
    {
        var format = FormatOf(path);
        Draft.Write(path, Encode(image, format));
    }

    /// <summary>Writes an animation that repeats for ever to a GIF file; the file appears whole or not at all.</summary>
    /// <param name="path">With the extension <c>.gif</c>.</param>
    /// <param name="frames">At least one, all of the same size.</param>
    /// <param name="perFrame">How long each is shown, 10 ms to 10 minutes; GIF counts in 10 ms.</param>
    /// <exception cref="ArgumentException">The extension is another, there is no frame, or their sizes differ.</exception>
    /// <exception cref="IOException">The path cannot be written.</exception>
    public static void SaveAnimation(string path, IReadOnlyList<RgbImage> frames, TimeSpan perFrame)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(perFrame, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perFrame, TimeSpan.FromMinutes(10));
        if (FormatOf(path) != PictureFormat.Gif)
        {
            throw new ArgumentException($"'{path}' cannot hold an animation; expected the extension .gif.");
        }

        if (frames.Count == 0 || frames.Any(f => (f.Width, f.Height) != (frames[0].Width, frames[0].Height)))
        {
            throw new ArgumentException("An animation has at least one frame, and all of the same size.");
        }

        using var animation = PictureCodecs.Animate(frames, perFrame);
        using var stream = new MemoryStream();
        animation.Save(stream, PictureCodecs.EncoderOf(PictureFormat.Gif));
        Draft.Write(path, stream.ToArray());
    }

    /// <summary>Reads a picture; transparency is laid over white, of an animation the first frame is taken.</summary>
    /// <param name="data">The content of a PNG, JPEG, WebP or GIF file.</param>
    /// <exception cref="InvalidDataException">The data is damaged, is of another format, or is a picture of more than <see cref="MaximumPixels"/>; the message says which.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data)
    {
        PictureHeader.Check(data);
        try
        {
            using var pixels = Image.Load<Rgba32>(PictureCodecs.Configuration, data);
            return PictureCodecs.OverWhite(pixels);
        }
        catch (Exception damage) when (PictureCodecs.MeansDamage(damage))
        {
            throw new InvalidDataException("The picture is damaged.", damage);
        }
    }

    /// <summary>Reads a picture from a file.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Decode"/>, or the file is not a regular one, or larger than 256 MiB.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RgbImage Load(string path) => Decode(RegularFile.ReadAllBytes(path, MaximumBytes));
}
