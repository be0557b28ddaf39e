namespace CachePolicies.Onnx;

/// <summary>
/// Walks the top-level fields of a file before it is parsed, so that a file of another kind and a file that was cut off are
/// told apart, with figures.
/// </summary>
internal static class OnnxFileScan
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    /// <summary>Throws where the stream, which is at its beginning, cannot be an ONNX model; leaves it anywhere.</summary>
    public static void Check(Stream stream, string path)
    {
        if (stream.Length == 0)
        {
            throw new OnnxFormatException($"'{path}' is empty; expected an ONNX model.");
        }

        for (var first = true; stream.Position < stream.Length; first = false)
        {
            var start = stream.Position;
            if (ReadVarint(stream) is not { } key)
            {
                throw CutOff(path, stream, $"the field at byte {start} does not end");
            }

            var (field, wire) = ((long)(key >> 3), (int)(key & 7));
            if (first && !IsModelField(field, wire))
            {
                throw NotOnnx(path);
            }

            SkipValue(stream, path, start, field, wire);
        }
    }

    /// <summary>The error for a file that holds something else.</summary>
    public static OnnxFormatException NotOnnx(string path, Exception? inner = null) =>
        new($"'{path}' is not an ONNX model: its content does not follow the format.", inner!);

    private static void SkipValue(Stream stream, string path, long start, long field, int wire)
    {
        switch (wire)
        {
            case Varint:
                _ = ReadVarint(stream) ?? throw CutOff(path, stream, $"the number at byte {start} does not end");
                break;
            case Fixed64 or Fixed32:
                Skip(stream, path, start, field, wire == Fixed64 ? 8UL : 4UL);
                break;
            case LengthDelimited:
                var length = ReadVarint(stream) ?? throw CutOff(path, stream, $"the field at byte {start} does not end");
                Skip(stream, path, start, field, length);
                break;
            default:
                throw new OnnxFormatException($"'{path}' is damaged: the field at byte {start} has the unknown wire type {wire}.");
        }
    }

    private static void Skip(Stream stream, string path, long start, long field, ulong length)
    {
        var left = (ulong)(stream.Length - stream.Position);
        if (length > left)
        {
            throw CutOff(path, stream, $"{Describe(field)} at byte {start} has {length} bytes, of which {left} are there");
        }

        stream.Seek((long)length, SeekOrigin.Current);
    }

    private static string Describe(long field) => field == 7 ? "the graph" : $"field {field}";

    private static OnnxFormatException CutOff(string path, Stream stream, string what) =>
        new($"'{path}' ({stream.Length} bytes) was cut off: {what}.");

    // The fields of ModelProto with the wire types that they have.
    private static bool IsModelField(long field, int wire) => field switch
    {
        1 or 5 => wire == Varint,
        2 or 3 or 4 or 6 or 7 or 8 or 14 or 20 or 25 or 26 => wire == LengthDelimited,
        _ => false,
    };

    private static ulong? ReadVarint(Stream stream)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.ReadByte();
            if (next < 0)
            {
                return null;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return value;
    }
}
