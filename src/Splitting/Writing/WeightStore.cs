using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;

namespace CachePolicies.Splitting;

/// <summary>
/// Puts each weight into the target once: files of external data are linked into it, weights that the model holds itself go to one file,
/// and every stage refers to them by offset.
/// </summary>
internal sealed class WeightStore : IDisposable
{
    /// <summary>Weights of fewer bytes stay in the stages.</summary>
    public const int InlineBelow = 1024;

    private const int Alignment = 64;

    private static readonly byte[] Zeros = new byte[Alignment];

    private readonly string _target;
    private readonly Func<string, Stream> _create;
    private readonly string _fileName;
    private readonly Dictionary<string, (long Offset, long Length)> _placed = new(StringComparer.Ordinal);
    private Stream? _stream;
    private long _length;

    public WeightStore(OnnxModelFile model, string target, Func<string, Stream> create)
    {
        _target = target;
        _create = create;
        var linked = model.ExternalTensors.DistinctBy(tensor => tensor.Location).ToList();
        foreach (var tensor in linked)
        {
            Link(tensor);
        }

        _fileName = linked.Exists(tensor => tensor.Location == "weights.bin") ? "weights.inline.bin" : "weights.bin";
        Files.AddRange(linked.Select(tensor => tensor.Location));
    }

    /// <summary>The files of external data in the target, relative to it.</summary>
    public List<string> Files { get; } = [];

    /// <summary>What a person should know: copies that could not be links.</summary>
    public List<string> Notices { get; } = [];

    /// <summary>Bytes that were written for weights; links cost none.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Moves the large weights of a graph to the file; the graph's own tensors are replaced, not changed.</summary>
    public void Externalise(GraphProto graph)
    {
        for (var i = 0; i < graph.Initializer.Count; i++)
        {
            graph.Initializer[i] = Place(graph.Initializer[i], graph.Initializer[i].Name);
        }

        for (var i = 0; i < graph.Node.Count; i++)
        {
            // A large constant in a node becomes an initialiser, whose data can lie outside.
            if (graph.Node[i] is { OpType: "Constant" } constant && constant.Attribute is [{ Name: "value", T: { } value }] && Place(value, constant.Output[0]) is var placed && placed != value)
            {
                placed.Name = constant.Output[0];
                graph.Initializer.Add(placed);
                graph.Node.RemoveAt(i--);
            }
        }
    }

    public void Dispose()
    {
        var stream = _stream;
        _stream = null;
        using (stream)
        {
            (stream as FileStream)?.Flush(flushToDisk: true);
        }
    }

    private TensorProto Place(TensorProto tensor, string name)
    {
        if (tensor.IsExternal() || tensor.RawData.Length < InlineBelow)
        {
            return tensor;
        }

        if (!_placed.TryGetValue(name, out var place))
        {
            _placed[name] = place = (Append(tensor.RawData), tensor.RawData.Length);
        }

        var external = new TensorProto
        {
            Name = tensor.Name,
            DataType = tensor.DataType,
            Dims = { tensor.Dims },
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        external.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = _fileName });
        external.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = place.Offset.ToString(CultureInfo.InvariantCulture) });
        external.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = place.Length.ToString(CultureInfo.InvariantCulture) });
        return external;
    }

    private long Append(ByteString data)
    {
        if (_stream is null)
        {
            _stream = _create(Path.Combine(_target, _fileName));
            Files.Add(_fileName);
        }

        var offset = (_length + Alignment - 1) / Alignment * Alignment;
        _stream.Write(Zeros, 0, (int)(offset - _length));
        _stream.Write(data.Span);
        _length = offset + data.Length;
        BytesWritten += data.Length;
        return offset;
    }

    // ONNX Runtime reads external data in the model's folder only and follows no symbolic links: a hard link to the file itself serves.
    private void Link(OnnxExternalTensor tensor)
    {
        var source = File.ResolveLinkTarget(tensor.FullPath, returnFinalTarget: true)?.FullName ?? tensor.FullPath;
        var target = Path.Combine(_target, tensor.Location);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (HardLink.TryCreate(target, source))
        {
            return;
        }

        File.Copy(source, target);
        var length = new FileInfo(target).Length;
        BytesWritten += length;
        Notices.Add($"'{tensor.Location}' ({length} bytes) was copied: a link to it cannot be made there (another file system, or one without links).");
    }
}
