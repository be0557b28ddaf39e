using System.Buffers.Binary;
using System.IO.Compression;

namespace CachePolicies.Reporting;

/// <summary>Reads PNG of 8 bits a channel without interlace.</summary>
internal sealed class PngDecoder
{
    private const int LargestSide = 1 << 15;

    private int _width;
    private int _height;
    private int _channels;
    private bool _isPalette;
    private byte[] _palette = [];
    private byte[] _transparency = [];

    public static RgbImage Read(Stream stream)
    {
        Span<byte> signature = stackalloc byte[8];
        if (stream.ReadAtLeast(signature, 8, throwOnEndOfStream: false) < 8 || !signature.SequenceEqual(PngFormat.Signature))
        {
            throw new InvalidDataException("The data is no PNG: its first eight bytes are not PNG's signature.");
        }

        return new PngDecoder().ReadChunks(stream);
    }

    private RgbImage ReadChunks(Stream stream)
    {
        using var packed = new MemoryStream();
        Span<byte> head = stackalloc byte[8];
        Span<byte> crc = stackalloc byte[4];
        while (true)
        {
            ReadExactly(stream, head);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            var type = head[4..];
            if (length > int.MaxValue || (stream.CanSeek && length > stream.Length - stream.Position))
            {
                throw new InvalidDataException("The PNG is cut short: a chunk is longer than the rest of the data.");
            }

            var data = new byte[length];
            ReadExactly(stream, data);
            ReadExactly(stream, crc);
            if (BinaryPrimitives.ReadUInt32BigEndian(crc) != PngFormat.Crc(type, data))
            {
                throw new InvalidDataException("The PNG is damaged: a chunk's checksum is wrong.");
            }

            if (type.SequenceEqual("IHDR"u8))
            {
                ReadHeader(data);
            }
            else if (type.SequenceEqual("PLTE"u8))
            {
                _palette = data;
            }
            else if (type.SequenceEqual("tRNS"u8))
            {
                _transparency = data;
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(data);
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                packed.Position = 0;
                return Unpack(packed);
            }
        }
    }

    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length != 13)
        {
            throw new InvalidDataException("The PNG is damaged: its header has another length than 13.");
        }

        _width = BinaryPrimitives.ReadInt32BigEndian(header);
        _height = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        if (_width is < 1 or > LargestSide || _height is < 1 or > LargestSide)
        {
            throw new InvalidDataException($"The PNG says that it has {_width} × {_height} pixels; sides from 1 to {LargestSide} are read.");
        }

        if (header[8] != 8 || header[12] != 0)
        {
            throw new InvalidDataException($"The PNG has {header[8]} bits a channel{(header[12] == 0 ? "" : " and is interlaced")}; only 8 bits without interlace are read.");
        }

        _isPalette = header[9] == 3;
        _channels = header[9] switch
        {
            0 or 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => throw new InvalidDataException($"The PNG has the colour type {header[9]}, which does not exist."),
        };
    }

    private RgbImage Unpack(Stream packed)
    {
        if (_width == 0)
        {
            throw new InvalidDataException("The PNG is damaged: it has no header.");
        }

        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        var image = new RgbImage(_width, _height);
        var above = new byte[_channels * _width];
        var row = new byte[above.Length];
        for (var y = 0; y < _height; y++)
        {
            var filter = zlib.ReadByte();
            ReadExactly(zlib, row);
            Restore(filter, row, above);
            for (var x = 0; x < _width; x++)
            {
                image[x, y] = PixelOf(row.AsSpan(x * _channels, _channels));
            }

            (row, above) = (above, row);
        }

        return image;
    }

    private void Restore(int filter, Span<byte> row, ReadOnlySpan<byte> above)
    {
        if (filter is < 0 or > 4)
        {
            throw new InvalidDataException($"The PNG is damaged: a row has the filter {filter}, which does not exist.");
        }

        for (var i = 0; i < row.Length; i++)
        {
            var left = i < _channels ? (byte)0 : row[i - _channels];
            var corner = i < _channels ? (byte)0 : above[i - _channels];
            row[i] += filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (byte)((left + above[i]) / 2),
                _ => PngFormat.Paeth(left, above[i], corner),
            };
        }
    }

    private Rgb PixelOf(ReadOnlySpan<byte> sample)
    {
        if (_isPalette)
        {
            var at = 3 * sample[0];
            return at + 2 < _palette.Length
                ? OverWhite(new Rgb(_palette[at], _palette[at + 1], _palette[at + 2]), sample[0] < _transparency.Length ? _transparency[sample[0]] : (byte)255)
                : throw new InvalidDataException($"The PNG is damaged: a pixel has the colour {sample[0]} of a palette of {_palette.Length / 3}.");
        }

        return sample.Length switch
        {
            1 => new Rgb(sample[0], sample[0], sample[0]),
            2 => OverWhite(new Rgb(sample[0], sample[0], sample[0]), sample[1]),
            3 => new Rgb(sample[0], sample[1], sample[2]),
            _ => OverWhite(new Rgb(sample[0], sample[1], sample[2]), sample[3]),
        };
    }

    private static Rgb OverWhite(Rgb colour, byte alpha) => new Rgb(255, 255, 255).Mix(colour, alpha / 255f);

    private static void ReadExactly(Stream stream, Span<byte> destination)
    {
        try
        {
            stream.ReadExactly(destination);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("The PNG is cut short.");
        }
    }
}
