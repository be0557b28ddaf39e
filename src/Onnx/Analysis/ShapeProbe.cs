using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>
/// Follows shapes and element types through a graph for one choice of sizes of the inputs. Small tensors (shapes, axes) are computed, so
/// that reshapes are known; nothing is guessed: what an operator unknown here makes is unknown unless the model states it.
/// </summary>
internal sealed partial class ShapeProbe
{
    private readonly OnnxGraphIndex _graph;
    private readonly int _opset;
    private readonly Dictionary<string, ProbeTensor> _values = new(StringComparer.Ordinal);

    private readonly Func<string, int, long?> _sizes;

    private ShapeProbe(OnnxGraphIndex graph, int opset, Func<string, int, long?> sizes)
    {
        _graph = graph;
        _opset = opset;
        _sizes = sizes;
    }

    /// <summary>Follows the graph from inputs of the given sizes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="opset">The version of the default operator set.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="sizes">The size of a free axis that the model states, by its name and its place.</param>
    public static IReadOnlyDictionary<string, ProbeTensor> Run(
        OnnxGraphIndex graph, int opset, IReadOnlyDictionary<string, ProbeTensor> inputs, Func<string, int, long?> sizes)
    {
        var probe = new ShapeProbe(graph, opset, sizes);
        foreach (var (name, tensor) in graph.Initializers)
        {
            probe._values[name] = ProbeTensor.From(tensor);
        }

        foreach (var (name, tensor) in inputs)
        {
            probe._values[name] = tensor;
        }

        foreach (var node in graph.Nodes)
        {
            probe.Visit(node);
        }

        return probe._values;
    }

    private void Visit(NodeProto node)
    {
        ProbeTensor[] results;
        try
        {
            var context = new NodeContext(node, [.. node.Input.Select(Lookup)], _opset);
            results = node.Domain is "" or "ai.onnx" ? Infer(context) : InferContributed(context);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or ArithmeticException or InvalidOperationException)
        {
            // The node contradicts its inputs at these sizes: what it makes is unknown.
            results = [];
        }

        for (var i = 0; i < node.Output.Count; i++)
        {
            var result = i < results.Length ? results[i] : ProbeTensor.Unknown;
            _values[node.Output[i]] = Complete(node.Output[i], result);
        }
    }

    private ProbeTensor Lookup(string name) => _values.GetValueOrDefault(name, ProbeTensor.Unknown);

    // What the model states fills in what was not found, where it states sizes.
    private ProbeTensor Complete(string name, ProbeTensor found)
    {
        if ((found.Shape is not null && found.Type != OnnxElementType.Undefined) || _graph.ValueInfo(name)?.Type?.TensorType is not { } stated)
        {
            return found;
        }

        var type = found.Type != OnnxElementType.Undefined ? found.Type : (OnnxElementType)stated.ElemType;
        var shape = found.Shape;
        if (shape is null && stated.Shape is { } dimensions)
        {
            long?[] sizes = [.. dimensions.Dim.Select((d, axis) => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? d.DimValue : _sizes(d.DimParam, axis))];
            shape = Array.TrueForAll(sizes, size => size is not null) ? Array.ConvertAll(sizes, size => size!.Value) : null;
        }

        return found with { Type = type, Shape = shape };
    }

    private readonly record struct NodeContext(NodeProto Node, ProbeTensor[] Inputs, int Opset)
    {
        public ProbeTensor this[int input] => input < Inputs.Length && Node.Input[input].Length > 0 ? Inputs[input] : ProbeTensor.Unknown;

        public long[] Shape(int input) => this[input].Shape ?? throw new InvalidOperationException();

        public double[] Data(int input) => this[input].Data ?? throw new InvalidOperationException();

        public long Attribute(string name, long otherwise) => Node.Attribute.FirstOrDefault(a => a.Name == name) is { } found ? found.I : otherwise;

        public long[]? AttributeList(string name) => Node.Attribute.FirstOrDefault(a => a.Name == name)?.Ints.ToArray();

        public string AttributeText(string name) => Node.Attribute.FirstOrDefault(a => a.Name == name)?.S?.ToStringUtf8() ?? "";

        /// <summary>A list that older operator sets hold in an attribute and newer ones in an input.</summary>
        public long[]? ListOf(string attribute, int input) => AttributeList(attribute) ?? this[input].Integers();

        public bool Has(int input) => input < Node.Input.Count && Node.Input[input].Length > 0;

        public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);
    }
}
