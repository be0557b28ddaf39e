using System.Buffers.Binary;
using System.Globalization;
using CachePolicies.Onnx.Schema;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace CachePolicies.Splitting;

/// <summary>Writes one stage of a plan as a graph of its own: the original's nodes between what the stage reads and what it makes.</summary>
internal sealed class StageGraphWriter
{
    private readonly SplitPlan _plan;
    private readonly int _stage;
    private readonly StageSlice _slice;
    private readonly GraphProto _graph;
    private readonly List<NodeProto> _before = [], _after = [];
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);
    private int _constants;

    private StageGraphWriter(SplitPlan plan, int stage)
    {
        _plan = plan;
        _stage = stage;
        _slice = new StageSlice(plan, stage);
        _graph = new GraphProto { Name = plan.StageName(stage) };
    }

    private DenoiserGraph Source => _plan.Graph;

    private PlannedBoundary From => _plan.Boundaries[_stage];

    private PlannedBoundary To => _plan.Boundaries[_stage + 1];

    /// <summary>The graph of a stage; its initialisers are those of the original that it needs.</summary>
    public static GraphProto Write(SplitPlan plan, int stage) => new StageGraphWriter(plan, stage).Write();

    /// <summary>The graph of what is computed once for a generation, or <see langword="null"/>.</summary>
    public static GraphProto? WritePrelude(SplitPlan plan) => plan.PreludePlan is { } prelude
        ? new StageGraphWriter(prelude, 0) { _graph = { Name = SplitPlan.PreludeName } }.Write()
        : null;

    /// <summary>The whole denoiser under the names of the manifest, with the boundaries' tensors as further outputs where asked.</summary>
    public static GraphProto WriteWhole(SplitPlan plan, bool withBoundaries)
    {
        var boundaries = plan.Boundaries;
        var writer = new StageGraphWriter(plan with { Boundaries = [boundaries[0], boundaries[^1]], Prelude = null }, 0) { _graph = { Name = "denoiser" } };
        writer.AddInputs();
        var inner = plan.Prelude is null ? boundaries.Skip(1) : boundaries.Skip(1).Prepend(plan.Prelude);
        foreach (var boundary in withBoundaries ? inner : [boundaries[^1]])
        {
            foreach (var tensor in boundary.Tensors)
            {
                writer.AddOutput(boundary, tensor, canRename: boundary == boundaries[^1], PartsFrom(plan, boundary));
            }
        }

        return writer.Finish(writer.Nodes());
    }

    // The last boundary before this one that holds the parts of a joined state as values of their own.
    private static PlannedBoundary? PartsFrom(SplitPlan plan, PlannedBoundary boundary) => plan.Boundaries
        .TakeWhile(candidate => candidate != boundary)
        .LastOrDefault(candidate => candidate.Concatenations.Count == 0 && candidate.Tensors.Count(tensor => tensor.Kind == PlannedKind.State) > 1);

    private GraphProto Write()
    {
        AddInputs();
        foreach (var tensor in To.Tensors)
        {
            AddOutput(To, tensor, canRename: true, From);
        }

        return Finish(Nodes());
    }

    private List<NodeProto> Nodes() =>
        [.. Enumerable.Range(0, _slice.Nodes.Length).Where(node => _slice.Nodes[node]).Select(node => Source.Index.Nodes[node].Clone())];

    private GraphProto Finish(List<NodeProto> nodes)
    {
        foreach (var node in nodes)
        {
            Rename(node);
        }

        _graph.Node.AddRange(_before);
        _graph.Node.AddRange(nodes);
        _graph.Node.AddRange(_after);
        AddInitializers();
        return _graph;
    }

    private void AddInputs()
    {
        foreach (var input in _plan.Inputs.Where(input => _slice.Read.Contains(input.Value)))
        {
            AddDenoiserInput(input);
        }

        foreach (var (value, (fullName, origin)) in _slice.Given.Where(given => _slice.Read.Contains(given.Key)))
        {
            var boundary = _plan.BoundaryOf(fullName);
            var tensor = boundary.Tensors.First(candidate => boundary.FullName(candidate) == fullName);
            DeclareInput(fullName, tensor.Type, tensor.Axes);
            if (origin is TensorOrigin.Whole)
            {
                _renamed[value] = fullName;
            }
            else
            {
                FromLane(fullName, value, Source.Shapes.Of(value));
            }
        }

        foreach (var (value, (boundary, concatenation)) in _slice.Joined.Where(joined => _slice.Read.Contains(joined.Key)))
        {
            var parts = concatenation.Parts.Select(part => DeclareTensor(boundary, part)).ToArray();
            var node = new NodeProto { OpType = "Concat", Name = $"join/{value}", Input = { parts }, Output = { value } };
            node.Attribute.Add(OnnxAttribute.Integer("axis", concatenation.Axis).Proto);
            _before.Add(node);
        }

        foreach (var (value, elements) in _slice.Restored)
        {
            Restore(value, elements);
        }
    }

    private string DeclareTensor(PlannedBoundary boundary, string name)
    {
        var tensor = boundary.Tensors.First(candidate => candidate.Name == name);
        DeclareInput(boundary.FullName(tensor), tensor.Type, tensor.Axes);
        return boundary.FullName(tensor);
    }

    private void AddDenoiserInput(PlannedInput input)
    {
        var shape = Source.Shapes.Of(input.Value);
        DeclareInput(input.Name, input.Type, input.Axes);
        if (shape.HasBatch && shape.Type == input.Type)
        {
            if (input.Name != input.Value)
            {
                _renamed[input.Value] = input.Name;
            }

            return;
        }

        // The value keeps the name that the nodes know, so the input must have another where they are equal.
        var value = input.Value;
        if (input.Name == input.Value)
        {
            value = $"{input.Value}#own";
            _renamed[input.Value] = value;
        }

        FromLane(input.Name, value, shape);
    }

    // All lanes hold the same: the first one's is taken, in the type that the graph wants.
    private void FromLane(string fullName, string value, ValueShape wanted)
    {
        var current = fullName;
        if (!wanted.HasBatch)
        {
            current = Node("Gather", [current, Constant([0], scalar: !IsSingle(fullName, wanted))], OnnxAttribute.Integer("axis", 0));
        }

        var node = new NodeProto { OpType = "Cast", Name = $"take/{value}", Input = { current }, Output = { value } };
        node.Attribute.Add(OnnxAttribute.Integer("to", (long)wanted.Type).Proto);
        _before.Add(node);
    }

    // A timestep of shape [1] is a scalar in the manifest: taken as a list of one.
    private bool IsSingle(string fullName, ValueShape wanted) =>
        wanted.Axes is [{ Value: 1 }] && _plan.Inputs.Any(input => input.Name == fullName && input.Axes.Count == 0);

    private void Restore(string value, ShapeElement[] elements)
    {
        var scalar = Source.Shapes.Of(value).Axes!.Count == 0;
        if (Array.TrueForAll(elements, element => element.Tensor is null))
        {
            _renamed[value] = Constant([.. elements.Select(element => element.Fixed)], scalar);
            return;
        }

        var pieces = elements.Select(element => element.Tensor is null
            ? Constant([element.Fixed], scalar: false)
            : Node("Gather", [Node("Shape", [Declared(element.Tensor)]), Constant([element.Axis], scalar: false)], OnnxAttribute.Integer("axis", 0))).ToArray();
        var joined = pieces.Length == 1 ? pieces[0] : Node("Concat", pieces, OnnxAttribute.Integer("axis", 0));
        _renamed[value] = scalar ? Node("Reshape", [joined, Constant([], scalar: false)]) : joined;
    }

    private string Declared(string fullName) => DeclareTensor(_plan.BoundaryOf(fullName), fullName[(fullName.LastIndexOf('/') + 1)..]);

    private void AddOutput(PlannedBoundary boundary, PlannedTensor tensor, bool canRename, PlannedBoundary? partsFrom)
    {
        var fullName = boundary.FullName(tensor);
        switch (tensor.Origin)
        {
            case TensorOrigin.Whole whole when canRename && !_renamed.ContainsKey(whole.Value):
                _renamed[whole.Value] = fullName;
                break;
            case TensorOrigin.Whole whole when Current(whole.Value) != fullName:
                _after.Add(new NodeProto { OpType = "Identity", Name = $"copy/{fullName}", Input = { Current(whole.Value) }, Output = { fullName } });
                break;
            case TensorOrigin.Part part:
                AddPart(fullName, part, boundary, partsFrom ?? From);
                break;
            case TensorOrigin.PerLane lane:
                AddPerLane(fullName, lane.Value, tensor.Type);
                break;
            case TensorOrigin.Difference difference:
                _after.Add(new NodeProto { OpType = "Sub", Name = $"residual/{fullName}", Input = { Current(difference.Value), Current(difference.Base) }, Output = { fullName } });
                break;
            default:
                break;
        }

        _graph.Output.Add(ValueInfo(fullName, tensor.Type, tensor.Axes));
    }

    private void AddPart(string fullName, TensorOrigin.Part part, PlannedBoundary boundary, PlannedBoundary partsFrom)
    {
        var names = boundary.Concatenations.Single(concatenation => concatenation.Value == part.Value).Parts;
        var start = Offset(part.Number);
        var end = part.Number == names.Count - 1 ? Constant([long.MaxValue], scalar: false) : Offset(part.Number + 1);
        _after.Add(new NodeProto
        {
            OpType = "Slice",
            Name = $"part/{fullName}",
            Input = { Current(part.Value), start, end, Constant([part.Axis], scalar: false) },
            Output = { fullName },
        });

        // Where a part starts: the sizes of those before it.
        string Offset(int number)
        {
            var sizes = names.Take(number).Select(name => partsFrom.Tensors.First(tensor => tensor.Name == name)).ToList();
            if (sizes.TrueForAll(tensor => tensor.Axes[part.Axis - 1].Value is not null))
            {
                return Constant([sizes.Sum(tensor => tensor.Axes[part.Axis - 1].Value!.Value)], scalar: false);
            }

            return sizes.Select(tensor => Node("Gather", [Node("Shape", [CurrentTensor(partsFrom, tensor)], after: true), Constant([part.Axis], scalar: false)], after: true, OnnxAttribute.Integer("axis", 0)))
                .Aggregate((sum, size) => Node("Add", [sum, size], after: true));
        }
    }

    private string CurrentTensor(PlannedBoundary boundary, PlannedTensor tensor) =>
        _inputs.Contains(boundary.FullName(tensor)) ? boundary.FullName(tensor) : tensor.Origin is TensorOrigin.Whole whole ? Current(whole.Value) : boundary.FullName(tensor);

    private void AddPerLane(string fullName, string value, OnnxElementType type)
    {
        var shape = Source.Shapes.Of(value);
        var current = Node("Cast", [Current(value)], after: true, OnnxAttribute.Integer("to", (long)type));
        if (!shape.HasBatch)
        {
            var batch = Node("Gather", [Node("Shape", [AnyInput], after: true), Constant([0], scalar: false)], after: true, OnnxAttribute.Integer("axis", 0));
            var ones = Constant([.. Enumerable.Repeat(1L, shape.Axes!.Count)], scalar: false);
            var target = shape.Axes.Count == 0 ? batch : Node("Concat", [batch, ones], after: true, OnnxAttribute.Integer("axis", 0));
            current = Node("Expand", [current, target], after: true);
        }

        _after.Add(new NodeProto { OpType = "Identity", Name = $"copy/{fullName}", Input = { current }, Output = { fullName } });
    }

    // All inputs have the batch axis.
    private string AnyInput => _graph.Input[0].Name;

    private string Current(string value) => _renamed.GetValueOrDefault(value, value);

    private void DeclareInput(string name, OnnxElementType type, IReadOnlyList<OnnxDimension> axes)
    {
        if (_inputs.Add(name))
        {
            _graph.Input.Add(ValueInfo(name, type, axes));
        }
    }

    private static ValueInfoProto ValueInfo(string name, OnnxElementType type, IReadOnlyList<OnnxDimension> axes)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = ShapeTable.Batch } } };
        shape.Dim.AddRange(axes.Select(axis => axis.Value is { } size
            ? new TensorShapeProto.Types.Dimension { DimValue = size }
            : new TensorShapeProto.Types.Dimension { DimParam = axis.Name }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private string Constant(long[] values, bool scalar)
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

    private string Node(string operation, string[] inputs, params OnnxAttribute[] attributes) => Node(operation, inputs, after: false, attributes);

    private string Node(string operation, string[] inputs, bool after, params OnnxAttribute[] attributes)
    {
        var name = Fresh(operation);
        var node = new NodeProto { OpType = operation, Name = name, Input = { inputs }, Output = { name } };
        node.Attribute.AddRange(attributes.Select(attribute => attribute.Proto));
        (after ? _after : _before).Add(node);
        return name;
    }

    private string Fresh(string stem) => string.Create(CultureInfo.InvariantCulture, $"#{_constants++}/{stem}");

    private void AddInitializers()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in _graph.Node)
        {
            CollectInputs(node, used);
        }

        foreach (var output in _graph.Output)
        {
            used.Add(output.Name);
        }

        _graph.Initializer.AddRange(Source.File.Model.Graph.Initializer.Where(initializer => used.Contains(initializer.Name)));
        _graph.SparseInitializer.AddRange(Source.File.Model.Graph.SparseInitializer.Where(sparse => used.Contains(sparse.Values?.Name ?? "")));
    }

    private static void CollectInputs(NodeProto node, HashSet<string> used)
    {
        used.UnionWith(node.Input);
        foreach (var subgraph in Subgraphs(node))
        {
            foreach (var inner in subgraph.Node)
            {
                CollectInputs(inner, used);
            }

            used.UnionWith(subgraph.Output.Select(output => output.Name));
        }
    }

    private void Rename(NodeProto node)
    {
        Rename(node.Input);
        Rename(node.Output);
        foreach (var subgraph in Subgraphs(node))
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

    private static IEnumerable<GraphProto> Subgraphs(NodeProto node) =>
        node.Attribute.SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G));
}
