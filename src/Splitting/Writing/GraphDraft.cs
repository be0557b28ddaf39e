using System.Buffers.Binary;
using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace CachePolicies.Splitting;

/// <summary>A graph in the making: nodes of the original under new names of values, with nodes before and after them.</summary>
/// <param name="name">Its name.</param>
/// <param name="fixedBatch">The batch, where the model fixes it.</param>
/// <param name="source">The original, whose names no new value may have.</param>
internal sealed class GraphDraft(string name, long? fixedBatch, OnnxGraphIndex source)
{
    private readonly GraphProto _graph = new() { Name = name };
    private readonly List<NodeProto> _before = [], _after = [];
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);
    private int _constants;

    /// <summary>An input; all of them have the batch axis.</summary>
    public string AnyInput => _graph.Input[0].Name;

    /// <summary>The name that a value of the original has here.</summary>
    public string Current(string value) => _renamed.GetValueOrDefault(value, value);

    /// <summary>Whether a value of the original has another name here.</summary>
    public bool IsRenamed(string value) => _renamed.ContainsKey(value);

    /// <summary>Gives a value of the original another name.</summary>
    public void Rename(string value, string to) => _renamed[value] = to;

    /// <summary>Whether the graph has an input.</summary>
    public bool HasInput(string input) => _inputs.Contains(input);

    /// <summary>Adds an input, once.</summary>
    public void Input(string input, OnnxElementType type, IReadOnlyList<OnnxDimension> axes)
    {
        if (_inputs.Add(input))
        {
            _graph.Input.Add(ValueInfo(input, type, axes));
        }
    }

    /// <summary>Adds an output.</summary>
    public void Output(string output, OnnxElementType type, IReadOnlyList<OnnxDimension> axes) => _graph.Output.Add(ValueInfo(output, type, axes));

    /// <summary>A constant list of integers, or a single one.</summary>
    public string Constant(long[] values, bool scalar = false)
    {
        var bytes = new byte[8 * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
        }

        var tensor = new TensorProto { Name = Fresh("constant"), DataType = (int)OnnxElementType.Int64, RawData = ByteString.CopyFrom(bytes) };
        if (!scalar)
        {
            tensor.Dims.Add(values.Length);
        }

        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Adds a node before those of the original, or after them.</summary>
    /// <returns>The name of what it makes.</returns>
    public string Node(string operation, string[] inputs, bool after, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var output = Fresh(operation);
        Node(operation, output, inputs, output, after, attributes);
        return output;
    }

    /// <summary>Adds a node whose result has a name.</summary>
    public void Node(string operation, string title, string[] inputs, string output, bool after, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = title, Input = { inputs }, Output = { output } };
        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute.Proto);
        }

        (after ? _after : _before).Add(node);
    }

    /// <summary>The size of an axis of a value, as a list of one.</summary>
    public string SizeOf(string value, int axis, bool after) =>
        Node("Gather", [Node("Shape", [value], after), Constant([axis])], after, OnnxAttribute.Integer("axis", 0));

    /// <summary>Puts the graph together.</summary>
    /// <param name="nodes">The nodes of the original, copies that may be changed.</param>
    /// <param name="source">The original, whose constants the nodes read.</param>
    public GraphProto Finish(IEnumerable<NodeProto> nodes, GraphProto source)
    {
        _graph.Node.AddRange(_before);
        foreach (var node in nodes)
        {
            Rename(node);
            _graph.Node.Add(node);
        }

        _graph.Node.AddRange(_after);
        var used = _graph.Node.SelectMany(OnnxGraphIndex.ReadBy).Concat(_graph.Output.Select(output => output.Name)).ToHashSet(StringComparer.Ordinal);
        _graph.Initializer.AddRange(source.Initializer.Where(initializer => used.Contains(initializer.Name)));
        _graph.SparseInitializer.AddRange(source.SparseInitializer.Where(sparse => used.Contains(sparse.Values?.Name ?? "")));
        return _graph;
    }

    private ValueInfoProto ValueInfo(string value, OnnxElementType type, IReadOnlyList<OnnxDimension> axes)
    {
        var shape = new TensorShapeProto
        {
            Dim = { fixedBatch is { } batch ? new TensorShapeProto.Types.Dimension { DimValue = batch } : new TensorShapeProto.Types.Dimension { DimParam = ShapeTable.Batch } },
        };
        shape.Dim.AddRange(axes.Select(axis => axis.Value is { } size
            ? new TensorShapeProto.Types.Dimension { DimValue = size }
            : new TensorShapeProto.Types.Dimension { DimParam = axis.Name }));
        return new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private void Rename(NodeProto node)
    {
        Rename(node.Input);
        Rename(node.Output);
        foreach (var subgraph in node.Attribute.SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G)))
        {
            foreach (var inner in subgraph.Node)
            {
                Rename(inner);
            }

            foreach (var output in subgraph.Output)
            {
                output.Name = Current(output.Name);
            }
        }
    }

    private void Rename(RepeatedField<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            names[i] = Current(names[i]);
        }
    }

    private string Fresh(string stem)
    {
        string candidate;
        do
        {
            candidate = string.Create(CultureInfo.InvariantCulture, $"#{_constants++}/{stem}");
        }
        while (source.Producer(candidate) >= 0 || source.Initializers.ContainsKey(candidate) || source.Inputs.Contains(candidate));

        return candidate;
    }
}
