using System.Buffers.Binary;
using SixLabors.ImageSharp;

namespace CachePolicies.Reporting;

/// <summary>What is known of a picture before memory is taken for its pixels: a file of 70 bytes can say that it is 32,768 pixels wide and high.</summary>
internal static class PictureHeader
{
    /// <summary>Refuses what is not a picture, is too large, or is shorter than it says.</summary>
    /// <exception cref="InvalidDataException">The message says which.</exception>
    public static void Check(ReadOnlySpan<byte> data)
    {
        var (width, height) = SizeOf(data);
        if (width < 1 || height < 1 || (long)width * height > PictureFile.MaximumPixels)
        {
            throw new InvalidDataException($"The picture says that it has {width} × {height} pixels; expected 1 to {PictureFile.MaximumPixels}.");
        }

        var isCutShort = data.StartsWith("RIFF"u8)
            ? BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) > data.Length - 8
            : (long)width * height > PixelsPerByte(data[0]) * data.Length;
        if (isCutShort)
        {
            throw new InvalidDataException($"The picture is cut short: {data.Length} bytes cannot be all of its {width} × {height} pixels.");
        }
    }

    /// <summary>
    /// The most pixels that a byte of a file can stand for. PNG: 8 of one bit, and deflate makes at most 1,032 bytes of one. GIF: 12 bits name a run of at most
    /// 4,096. JPEG: a bit for each of the six blocks of 16 × 16, rounded up.
    /// </summary>
    private static long PixelsPerByte(byte first) => first switch
    {
        (byte)'G' => 4096 * 8 / 12,
        0xFF => 512,
        _ => 8 * 1032,
    };

    private static (int Width, int Height) SizeOf(ReadOnlySpan<byte> data)
    {
        using var stream = new MemoryStream(data.ToArray());
        try
        {
            return Image.Identify(PictureCodecs.Configuration, stream) is { } info
                ? (info.Width, info.Height)
                : throw new InvalidDataException("The data is not a picture that is read; expected PNG, JPEG, WebP or GIF.");
        }
        catch (Exception damage) when (PictureCodecs.MeansDamage(damage))
        {
            throw new InvalidDataException("The picture's header is damaged.", damage);
        }
    }
}
