using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>
/// Follows shapes and element types through a graph for one choice of sizes of the inputs. Small tensors (shapes, axes) are computed, so
/// that reshapes are known; nothing is guessed: what an operator unknown here makes is unknown unless the model states it or an oracle knows.
/// </summary>
internal sealed partial class ShapeProbe
{
    private readonly OnnxGraphIndex _graph;
    private readonly int _opset;
    private readonly Dictionary<string, ProbeTensor> _values = new(StringComparer.Ordinal);
    private readonly Func<string, int, long?> _sizes;
    private readonly IOperatorOracle? _oracle;
    private readonly List<AxisPair> _pairs = [];
    private readonly List<long[]> _joins = [];
    private NodeProto? _firstUnknown;

    private ShapeProbe(OnnxGraphIndex graph, int opset, Func<string, int, long?> sizes, IOperatorOracle? oracle)
    {
        _graph = graph;
        _opset = opset;
        _sizes = sizes;
        _oracle = oracle;
    }

    /// <summary>Follows the graph from inputs of the given sizes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="opset">The version of the default operator set.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="sizes">The size of a free axis that the model states, by its name and its place.</param>
    /// <param name="oracle">Is asked about operators that are not known here.</param>
    public static ProbeResult Run(
        OnnxGraphIndex graph, int opset, IReadOnlyDictionary<string, ProbeTensor> inputs, Func<string, int, long?> sizes, IOperatorOracle? oracle = null)
    {
        var probe = new ShapeProbe(graph, opset, sizes, oracle);
        foreach (var (name, tensor) in graph.Initializers)
        {
            probe._values[name] = ProbeTensor.From(tensor);
        }

        foreach (var (name, tensor) in inputs)
        {
            probe._values[name] = tensor;
        }

        for (var node = 0; node < graph.Nodes.Count; node++)
        {
            probe.Visit(graph.Nodes[node], graph.InputsOf(node));
        }

        return new ProbeResult(probe._values, probe._pairs, probe._joins, probe._firstUnknown);
    }

    private void Visit(NodeProto node, IReadOnlyList<string> read)
    {
        var results = Infer(node);
        if (results.Length == 0)
        {
            results = Ask(node, read);
        }

        for (var i = 0; i < node.Output.Count; i++)
        {
            if (node.Output[i].Length > 0)
            {
                var found = _values[node.Output[i]] = Complete(node.Output[i], i < results.Length ? results[i] : ProbeTensor.Unknown);
                if (found.Shape is null && read.All(input => Lookup(input).Shape is not null))
                {
                    _firstUnknown ??= node;
                }
            }
        }
    }

    private ProbeTensor[] Infer(NodeProto node)
    {
        try
        {
            var context = new NodeContext(node, [.. node.Input.Select(Lookup)], _opset, _pairs, _joins);
            return node.Domain is "" or "ai.onnx" ? node.OpType is "If" or "Loop" ? InferBody(context) : Infer(context) : InferContributed(context);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or ArithmeticException or InvalidOperationException)
        {
            // The node contradicts its inputs at these sizes: what it makes is unknown, and not another's business.
            return [ProbeTensor.Unknown];
        }
    }

    private ProbeTensor[] Ask(NodeProto node, IReadOnlyList<string> read)
    {
        var inputs = read.ToDictionary(name => name, Lookup, StringComparer.Ordinal);
        return _oracle is not null && inputs.Values.All(tensor => tensor.Shape is not null && tensor.Type != OnnxElementType.Undefined)
            ? [.. _oracle.Infer(node, inputs) ?? []]
            : [];
    }

    // What a node with subgraphs makes: a branch's results, or the values that a loop carries, whose shapes stay.
    private ProbeTensor[] InferBody(NodeContext n)
    {
        if (n.Node.OpType == "Loop")
        {
            return [.. Enumerable.Range(2, n.Inputs.Length - 2).Select(i => n[i] with { Data = null })];
        }

        ProbeTensor[] Branch(string name) => Body(n.Node.Attribute.First(attribute => attribute.Name == name).G);
        if (n[0].Data is [var condition])
        {
            return Branch(condition != 0 ? "then_branch" : "else_branch");
        }

        return [.. Branch("then_branch").Zip(Branch("else_branch"), (a, b) => a.Shape is not null && b.Shape is not null && a.Shape.SequenceEqual(b.Shape) ? a with { Data = null } : ProbeTensor.Unknown)];
    }

    private ProbeTensor[] Body(GraphProto body)
    {
        foreach (var initializer in body.Initializer)
        {
            _values[initializer.Name] = ProbeTensor.From(initializer);
        }

        foreach (var node in body.Node)
        {
            Visit(node, [.. OnnxGraphIndex.ReadBy(node)]);
        }

        return [.. body.Output.Select(output => Lookup(output.Name))];
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

    private readonly record struct NodeContext(NodeProto Node, ProbeTensor[] Inputs, int Opset, List<AxisPair> Pairs, List<long[]> Joins)
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

/// <summary>Two axes that a node takes for one: where their sizes differ, the inputs do not fit together.</summary>
/// <param name="Node">The node.</param>
/// <param name="First">The size in one input.</param>
/// <param name="Second">The size in another.</param>
internal readonly record struct AxisPair(NodeProto Node, long First, long Second);

/// <summary>What following a graph found.</summary>
/// <param name="Values">What is known of each value.</param>
/// <param name="Pairs">The axes that nodes take for one, in the order in which they were met.</param>
/// <param name="Joins">The sizes that nodes put together to an axis, in the order in which they were met.</param>
/// <param name="FirstUnknown">The first node that nothing knew, though all that it reads was known.</param>
internal sealed record ProbeResult(IReadOnlyDictionary<string, ProbeTensor> Values, IReadOnlyList<AxisPair> Pairs, IReadOnlyList<long[]> Joins, NodeProto? FirstUnknown);
