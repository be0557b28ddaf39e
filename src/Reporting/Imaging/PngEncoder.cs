using System.Buffers.Binary;
using System.IO.Compression;

namespace CachePolicies.Reporting;

/// <summary>Writes 8-bit RGB without interlace.</summary>
internal static class PngEncoder
{
    private const int BytesPerPixel = 3;

    public static void Write(Stream stream, RgbImage image)
    {
        stream.Write(PngFormat.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8; // bits a channel
        header[9] = 2; // RGB
        WriteChunk(stream, "IHDR"u8, header);
        WriteChunk(stream, "IDAT"u8, Compress(image));
        WriteChunk(stream, "IEND"u8, []);
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, PngFormat.Crc(type, data));
        stream.Write(word);
    }

    private static byte[] Compress(RgbImage image)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize))
        {
            ReadOnlySpan<byte> above = new byte[BytesPerPixel * image.Width];
            var best = new byte[1 + above.Length];
            var attempt = new byte[best.Length];
            for (var y = 0; y < image.Height; y++)
            {
                var row = image.Row(y);
                var lowest = int.MaxValue;
                for (byte filter = 0; filter <= 4; filter++)
                {
                    var cost = Filter(filter, row, above, attempt);
                    if (cost < lowest)
                    {
                        lowest = cost;
                        (best, attempt) = (attempt, best);
                    }
                }

                zlib.Write(best);
                above = row;
            }
        }

        return packed.ToArray();
    }

    /// <summary>Filters a row and says how far from 0 the bytes lie in sum, the heuristic of the specification (12.8).</summary>
    private static int Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> destination)
    {
        destination[0] = filter;
        var cost = 0;
        for (var i = 0; i < row.Length; i++)
        {
            var left = i < BytesPerPixel ? (byte)0 : row[i - BytesPerPixel];
            var corner = i < BytesPerPixel ? (byte)0 : above[i - BytesPerPixel];
            var prediction = filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                _ => PngFormat.Paeth(left, above[i], corner),
            };
            var value = (byte)(row[i] - prediction);
            destination[i + 1] = value;
            cost += Math.Abs((int)(sbyte)value);
        }

        return cost;
    }
}
