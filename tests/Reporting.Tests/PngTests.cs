using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CachePolicies.Reporting.Tests;

public class PngTests
{
    [Property]
    public void A_picture_that_is_written_is_read_back(byte width, byte height, byte amplitude)
    {
        var picture = TestPictures.WithNoise(TestPictures.Gradient((width % 40) + 1, (height % 40) + 1), amplitude);

        var read = PictureFile.Decode(Png.Encode(picture));

        Assert.Equal((picture.Width, picture.Height), (read.Width, read.Height));
        Assert.Equal(picture.Pixels.ToArray(), read.Pixels.ToArray());
    }

    [Fact]
    public void Equal_pictures_give_equal_bytes() =>
        Assert.Equal(Png.Encode(TestPictures.Gradient(31, 7)), Png.Encode(TestPictures.Gradient(31, 7)));

    /// <summary>A file that another program wrote, with each of the five filters: Python's zlib and struct, after the specification.</summary>
    [Fact]
    public void A_file_of_another_program_is_read()
    {
        byte[] rows =
        [
            0, 10, 20, 30, 40, 50, 60, // none
            1, 10, 20, 30, 30, 30, 30, // left
            2, 1, 1, 1, 1, 1, 1, // up
            3, 100, 100, 100, 100, 100, 100, // average
            4, 5, 5, 5, 5, 5, 5, // Paeth
        ];

        var picture = PictureFile.Decode(Compose(2, 5, 2, rows));

        Assert.Equal(new Rgb(40, 50, 60), picture[1, 0]);
        Assert.Equal(new Rgb(40, 50, 60), picture[1, 1]);
        Assert.Equal(new Rgb(11, 21, 31), picture[0, 2]);
        Assert.Equal(new Rgb(41, 51, 61), picture[1, 2]);
        Assert.Equal(new Rgb(105, 110, 115), picture[0, 3]);
        Assert.Equal(new Rgb(100 + ((105 + 41) / 2), 100 + ((110 + 51) / 2), 100 + ((115 + 61) / 2)), picture[1, 3]);
        Assert.Equal(new Rgb(110, 115, 120), picture[0, 4]);
        Assert.Equal(new Rgb(178, 185, 193), picture[1, 4]);
    }

    [Fact]
    public void Grey_palette_and_transparency_are_read()
    {
        Assert.Equal(new Rgb(7, 7, 7), PictureFile.Decode(Compose(1, 1, 0, [0, 7]))[0, 0]);
        Assert.Equal(new Rgb(255, 255, 255), PictureFile.Decode(Compose(1, 1, 4, [0, 7, 0]))[0, 0]);
        Assert.Equal(new Rgb(1, 2, 3), PictureFile.Decode(Compose(1, 1, 6, [0, 1, 2, 3, 255]))[0, 0]);
        Assert.Equal(new Rgb(4, 5, 6), PictureFile.Decode(Compose(1, 1, 3, [0, 1], [1, 2, 3, 4, 5, 6]))[0, 0]);
    }

    [Theory]
    [InlineData("damaged", 40)]
    [InlineData("not a picture", 4)]
    [InlineData("not a picture", 0)]
    public void Data_that_ends_early_is_refused(string expected, int length)
    {
        var bytes = Png.Encode(TestPictures.Gradient(8, 8))[..length];
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => PictureFile.Decode(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_is_found()
    {
        var bytes = Png.Encode(TestPictures.Gradient(8, 8));
        bytes[^20] ^= 1;
        Assert.Throws<InvalidDataException>(() => PictureFile.Decode(bytes));
    }

    [Theory]
    [InlineData(1_000_000, 1_000_000)]
    [InlineData(32_768, 32_768)]
    public void A_picture_larger_than_any_is_refused_before_memory_is_taken(int width, int height)
    {
        var bytes = Compose(width, height, 2, [0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => PictureFile.Decode(bytes));
        Assert.Contains($"{width} × {height}", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_picture_that_its_bytes_cannot_hold_is_refused_before_memory_is_taken()
    {
        var bytes = Compose(5000, 5000, 2, [0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("cut short", Assert.Throws<InvalidDataException>(() => PictureFile.Decode(bytes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var occupied = Path.Combine(folder.FullName, "picture.png");
            Directory.CreateDirectory(occupied);

            Assert.ThrowsAny<Exception>(() => Png.Save(occupied, new RgbImage(2, 2)));

            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Compose(int width, int height, byte colourType, byte[] rows, byte[]? palette = null)
    {
        var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, colourType);
        Chunk(file, "IHDR", header);
        if (palette is not null)
        {
            Chunk(file, "PLTE", palette);
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, BitwiseCrc(body));
        file.Write(word);
    }

    private static uint BitwiseCrc(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
