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
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Offset, long Length)> _placed = new(StringComparer.Ordinal);
    private Stream? _stream;
    private long _length;

    /// <summary>Links or copies the model's external data into the target.</summary>
    /// <param name="model">The model.</param>
    /// <param name="target">The folder.</param>
    /// <param name="taken">Names that other files of the folder will have: data of such a name gets another.</param>
    /// <param name="create">Opens a file to write.</param>
    public WeightStore(OnnxModelFile model, string target, IEnumerable<string> taken, Func<string, Stream> create)
    {
        _target = target;
        _create = create;
        // As on file systems that know no difference between small and large letters.
        var names = taken.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var linked = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tensor in model.ExternalTensors.DistinctBy(tensor => tensor.Location))
        {
            if (!linked.TryGetValue(tensor.FullPath, out var name))
            {
                name = Free(names, Path.GetRelativePath(model.Folder, tensor.FullPath).Replace(Path.DirectorySeparatorChar, '/'));
                linked.Add(tensor.FullPath, name);
                Add(model.Folder, tensor.FullPath, name);
                Files.Add(name);
            }

            _names.Add(tensor.Location, name);
        }

        _fileName = Free(names, "weights.bin");
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

        // What is inside nodes is the graph's own already.
        foreach (var tensor in graph.Node.SelectMany(OnnxTensors.OfNode).Where(tensor => tensor.IsExternal()))
        {
            Redirect(tensor);
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
        if (tensor.IsExternal())
        {
            var own = tensor.Clone();
            return Redirect(own) ? own : tensor;
        }

        if (tensor.RawData.Length < InlineBelow)
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

    // Points external data to the name that its file has in the target.
    private bool Redirect(TensorProto tensor)
    {
        var location = tensor.ExternalData.Last(entry => entry.Key == "location");
        var changed = _names.TryGetValue(location.Value, out var name) && name != location.Value;
        location.Value = name ?? location.Value;
        return changed;
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

    // ONNX Runtime reads external data in the model's folder only and follows no symbolic links, so that a hard link serves. What a link in the
    // model's folder leads to belongs to somebody else: it is copied, since a hard link would let either side change the other's file.
    private void Add(string folder, string source, string name)
    {
        var target = Path.Combine(_target, name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var isLink = IsBehindLink(folder, source);
        if (!isLink && HardLink.TryCreate(target, source))
        {
            return;
        }

        File.Copy(File.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source, target);
        var length = new FileInfo(target).Length;
        BytesWritten += length;
        Notices.Add($"'{name}' ({length} bytes) was copied: {(isLink ? "it is a symbolic link in the model's folder" : "a link to it cannot be made there (another file system, or one without links)")}.");
    }

    /// <summary>Whether a file of a folder is a symbolic link, or lies behind one.</summary>
    public static bool IsBehindLink(string folder, string path)
    {
        for (var current = path; current is not null && current.Length > folder.Length; current = Path.GetDirectoryName(current))
        {
            if (new FileInfo(current).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }

    // The name, or another where it is taken or would be a folder of one that is.
    private static string Free(HashSet<string> names, string wanted)
    {
        var name = wanted;
        for (var number = 1; !names.Add(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(wanted)}.{number}{Path.GetExtension(wanted)}.data");
        }

        return name;
    }
}
