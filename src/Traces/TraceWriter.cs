using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CachePolicies.Files;

namespace CachePolicies.Traces;

/// <summary>
/// Writes a trace, format <c>cachepolicies-trace/1</c>, tensor by tensor to disk: all offsets are known from the layout, so the header goes first. The
/// file has its name only once it is whole; before, it is a draft that vanishes with the writer.
/// </summary>
public sealed class TraceWriter : IDisposable
{
    /// <summary>Room in the header for what is known only at the end.</summary>
    private const int LateBytes = 4096;

    private readonly Draft _draft;
    private readonly ImmutableArray<RecordedTensor> _tensors;
    private readonly int _steps;
    private readonly bool _half;
    private readonly JsonObject _header;
    private readonly int _headerLength;
    private long _next;

    /// <summary>Begins a trace.</summary>
    /// <param name="path">Where the file will be.</param>
    /// <param name="tensors">What each step holds, in the order in which it is written.</param>
    /// <param name="steps">How many steps there will be.</param>
    /// <param name="half">Whether features are stored as float16.</param>
    /// <param name="metadata">What the file says of itself, beside format, steps and boundaries.</param>
    public TraceWriter(string path, ImmutableArray<RecordedTensor> tensors, int steps, bool half, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentNullException.ThrowIfNull(metadata);
        (_tensors, _steps, _half) = (tensors, steps, half);
        _header = HeaderOf(metadata);
        _headerLength = Serialize(_header).Length + LateBytes;
        _draft = Draft.Create(path);
        try
        {
            WriteHeader();
        }
        catch
        {
            _draft.Dispose();
            throw;
        }
    }

    private int ElementBytes => _half ? 2 : 4;

    /// <summary>Writes the next tensor of the trace's order.</summary>
    /// <exception cref="InvalidOperationException">It is not the next one.</exception>
    public void Write(int step, RecordedTensor tensor, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (_next >= (long)_steps * _tensors.Length || step != _next / _tensors.Length || tensor != _tensors[(int)(_next % _tensors.Length)])
        {
            throw new InvalidOperationException($"'{tensor.KeyAt(step)}' does not follow in the trace; each step writes {string.Join(", ", _tensors.Select(t => t.KeyAt(step)))}.");
        }

        if (_half)
        {
            var halves = new Half[values.Length];
            System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(values, halves);
            WriteLittleEndian(MemoryMarshal.Cast<Half, short>(halves.AsSpan()));
        }
        else
        {
            WriteLittleEndian(MemoryMarshal.Cast<float, int>(values));
        }

        _next++;
    }

    /// <summary>Ends the trace: adds what became known, and gives the file its name.</summary>
    public void Complete(IReadOnlyDictionary<string, string> late)
    {
        ArgumentNullException.ThrowIfNull(late);
        if (_next != (long)_steps * _tensors.Length)
        {
            throw new InvalidOperationException($"The trace holds {_next} tensors; {(long)_steps * _tensors.Length} make it whole.");
        }

        foreach (var (key, value) in late)
        {
            _header["__metadata__"]![key] = value;
        }

        _draft.Stream.Position = 0;
        WriteHeader();
        _draft.Complete();
    }

    /// <summary>Ends the writing; a trace that was not completed leaves nothing behind.</summary>
    public void Dispose() => _draft.Dispose();

    private JsonObject HeaderOf(IReadOnlyDictionary<string, string> metadata)
    {
        var about = new JsonObject
        {
            ["format"] = TraceReader.Format,
            ["steps"] = _steps.ToString(CultureInfo.InvariantCulture),
            ["boundaries"] = string.Join(',', _tensors.Select(t => t.Boundary).Distinct()),
        };
        foreach (var (key, value) in metadata)
        {
            about[key] = value;
        }

        var header = new JsonObject { ["__metadata__"] = about };
        var offset = 0L;
        for (var step = 0; step < _steps; step++)
        {
            foreach (var tensor in _tensors)
            {
                var end = offset + (tensor.Shape.ElementCount * ElementBytes);
                header[tensor.KeyAt(step)] = new JsonObject
                {
                    ["dtype"] = _half ? "F16" : "F32",
                    ["shape"] = new JsonArray([1, .. tensor.Shape.Dimensions.ToArray().Select(d => (JsonNode?)d.Size)]),
                    ["data_offsets"] = new JsonArray(offset, end),
                };
                offset = end;
            }
        }

        return header;
    }

    /// <summary>Writes the header, filled up with blanks to the length that was set aside.</summary>
    private void WriteHeader()
    {
        var text = Serialize(_header);
        if (text.Length > _headerLength)
        {
            throw new InvalidOperationException($"The trace's metadata needs {text.Length - _headerLength} bytes more than were set aside.");
        }

        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)_headerLength);
        var blanks = new byte[_headerLength - text.Length];
        Array.Fill(blanks, (byte)' ');
        _draft.Stream.Write(prefix);
        _draft.Stream.Write(text);
        _draft.Stream.Write(blanks);
    }

    private static byte[] Serialize(JsonObject header)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            header.WriteTo(json);
        }

        return text.WrittenSpan.ToArray();
    }

    private void WriteLittleEndian(ReadOnlySpan<short> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            _draft.Stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        var swapped = new short[values.Length];
        BinaryPrimitives.ReverseEndianness(values, swapped);
        _draft.Stream.Write(MemoryMarshal.AsBytes<short>(swapped));
    }

    private void WriteLittleEndian(ReadOnlySpan<int> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            _draft.Stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        var swapped = new int[values.Length];
        BinaryPrimitives.ReverseEndianness(values, swapped);
        _draft.Stream.Write(MemoryMarshal.AsBytes<int>(swapped));
    }
}
