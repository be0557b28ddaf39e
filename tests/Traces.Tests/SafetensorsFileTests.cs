using System.Runtime.InteropServices;
using CachePolicies.Engine;

namespace CachePolicies.Traces.Tests;

public class SafetensorsFileTests
{
    [Fact]
    public void Reads_tensors_and_metadata()
    {
        using var written = new SafetensorsWriter().Metadata(("seed", "7")).Add("a", [2, 2], 1, 2, 3, float.NaN).Add("b", [], 5).Save();
        using var file = SafetensorsFile.Open(written.Path);
        var a = new float[4];
        var b = new float[1];
        file.Read("a", a);
        file.Read("b", b);
        Assert.Equal([1, 2, 3, float.NaN], a);
        Assert.Equal([5], b);
        Assert.Equal("7", file.Metadata["seed"]);
        Assert.Equal<long>([2, 2], file.Tensors["a"].Shape);
    }

    [Property]
    public void Converts_every_float16_and_bfloat16(ushort[] bits)
    {
        if (bits.Length == 0)
        {
            return;
        }

        using var written = new SafetensorsWriter()
            .Add("half", "F16", [bits.Length], MemoryMarshal.AsBytes<ushort>(bits))
            .Add("brain", "BF16", [bits.Length], MemoryMarshal.AsBytes<ushort>(bits))
            .Save();
        using var file = SafetensorsFile.Open(written.Path);
        var values = new float[bits.Length];
        file.Read("half", values);
        Assert.Equal(bits.Select(b => (float)BitConverter.UInt16BitsToHalf(b)), values);
        file.Read("brain", values);
        Assert.Equal(bits.Select(b => BitConverter.Int32BitsToSingle(b << 16)), values);
    }

    public static TheoryData<string, byte[]> Damaged => new()
    {
        { "fewer than the eight", [1, 2, 3] },
        { "says that its header has 18446744073709551615 bytes", [255, 255, 255, 255, 255, 255, 255, 255, 1] },
        { "says that its header has 100 bytes", [100, 0, 0, 0, 0, 0, 0, 0, 1] },
        { "is not JSON", SafetensorsWriter.Frame("{\"a\":") },
        { "is not a JSON object", SafetensorsWriter.Frame("[1]") },
        { "'__metadata__/steps' is not a string", SafetensorsWriter.Frame("{\"__metadata__\":{\"steps\":20}}") },
        { "the entry of 'a' lacks", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}") },
        { "the entry of 'a' lacks", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 0, 0, 0, 0) },
        { "is larger than the file", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 0, 0, 0, 0) },
        { "lies at 0 to 8 of 4 bytes", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 0, 0, 0, 0) },
        { "has 4 bytes and needs 8", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 0, 0, 0, 0) },
        { "begins at byte", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 0, 0, 0) },
        { "its tensors end at byte", SafetensorsWriter.Frame("{}", 0) },
        { "names the tensor 'a' twice", SafetensorsWriter.Frame("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 0) },
    };

    [Fact]
    public void A_type_that_is_not_known_hinders_only_the_tensor_that_has_it()
    {
        using var written = new TemporaryFile(SafetensorsWriter.Frame(
            "{\"a\":{\"dtype\":\"F8_E8M0\",\"shape\":[3],\"data_offsets\":[0,3]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[3,7]}}", 1, 2, 3, 0, 0, 128, 63));
        using var file = SafetensorsFile.Open(written.Path);
        var number = new float[1];
        file.Read("b", number);
        Assert.Equal(1, number[0]);
        Assert.Contains("holds F8_E8M0", Assert.Throws<NotSupportedException>(() => file.Read("a", new float[3])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_file_is_refused_with_what_is_wrong(string message, byte[] bytes)
    {
        using var written = new TemporaryFile(bytes);
        var refused = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(written.Path));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains(written.Path, refused.Message, StringComparison.Ordinal);
    }

    [Property(MaxTest = 300)]
    public void A_damaged_byte_is_refused_or_harmless_and_never_anything_else(int position, byte value)
    {
        var bytes = new SafetensorsWriter().Metadata(("format", "x")).Add("a", [2], 1, 2).Add("b", [1, 3], 3, 4, 5).ToBytes();
        bytes[Math.Abs(position % bytes.Length)] = value;
        using var written = new TemporaryFile(bytes);
        try
        {
            using var file = SafetensorsFile.Open(written.Path);
            foreach (var (name, entry) in file.Tensors.Where(t => t.Value.Type == "F32"))
            {
                file.Read(name, new float[entry.ElementCount]);
            }
        }
        catch (InvalidDataException)
        {
            // Refused.
        }
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open("no-such.safetensors"));
        Assert.Contains("no-such.safetensors", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_refused_by_name()
    {
        using var written = new SafetensorsWriter().Add("ids", "I64", [1], new byte[8]).Add("a", [2], 1, 2).Save();
        using var file = SafetensorsFile.Open(written.Path);
        Assert.Contains("holds I64", Assert.Throws<NotSupportedException>(() => file.Read("ids", new float[1])).Message, StringComparison.Ordinal);
        Assert.Contains("2 elements", Assert.Throws<ArgumentException>(() => file.Read("a", new float[3])).Message, StringComparison.Ordinal);
        Assert.Contains("'c'", Assert.Throws<KeyNotFoundException>(() => file.Read("c", new float[3])).Message, StringComparison.Ordinal);
    }
}
