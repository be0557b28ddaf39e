using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>Writes one stage of a plan as a graph of its own: the original's nodes between what the stage reads and what it makes.</summary>
internal sealed class StageGraphWriter
{
    private readonly SplitPlan _plan;
    private readonly int _stage;
    private readonly StageSlice _slice;
    private readonly GraphDraft _draft;

    private StageGraphWriter(SplitPlan plan, int stage, string name)
    {
        _plan = plan;
        _stage = stage;
        _slice = new StageSlice(plan, stage);
        _draft = new GraphDraft(name, plan.FixedBatch, plan.Graph.Index);
    }

    private DenoiserGraph Source => _plan.Graph;

    private PlannedBoundary From => _plan.Boundaries[_stage];

    private PlannedBoundary To => _plan.Boundaries[_stage + 1];

    /// <summary>The graph of a stage; its initialisers are those of the original that it needs.</summary>
    public static GraphProto Write(SplitPlan plan, int stage) => new StageGraphWriter(plan, stage, plan.StageName(stage)).Write();

    /// <summary>The graph of what is computed once per generation, or <see langword="null"/>.</summary>
    public static GraphProto? WritePrelude(SplitPlan plan) => plan.PreludePlan is { } prelude ? new StageGraphWriter(prelude, 0, SplitPlan.PreludeName).Write() : null;

    /// <summary>The whole denoiser under the names of the manifest, with the boundaries' tensors as further outputs where asked.</summary>
    public static GraphProto WriteWhole(SplitPlan plan, bool withBoundaries)
    {
        var boundaries = plan.Boundaries;
        var writer = new StageGraphWriter(plan with { Boundaries = [boundaries[0], boundaries[^1]], Prelude = null }, 0, "denoiser");
        writer.AddInputs();
        var inner = plan.Prelude is null ? boundaries.Skip(1) : boundaries.Skip(1).Prepend(plan.Prelude);
        foreach (var boundary in withBoundaries ? inner : [boundaries[^1]])
        {
            foreach (var tensor in boundary.Tensors)
            {
                writer.AddOutput(boundary, tensor, canRename: boundary == boundaries[^1], PartsFrom(plan, boundary));
            }
        }

        return writer.Finish();
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

        return Finish();
    }

    private GraphProto Finish() => _draft.Finish(
        Enumerable.Range(0, _slice.Nodes.Length).Where(node => _slice.Nodes[node]).Select(node => Source.Index.Nodes[node].Clone()),
        Source.Model.Graph);

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
            _draft.Input(fullName, tensor.Type, tensor.Axes);
            if (origin is TensorOrigin.Whole)
            {
                _draft.Rename(value, fullName);
            }
            else
            {
                FromLane(fullName, value, Source.Shapes.Of(value));
            }
        }

        foreach (var (value, (boundary, concatenation)) in _slice.Joined.Where(joined => _slice.Read.Contains(joined.Key)))
        {
            string[] parts = [.. concatenation.Parts.Select(part => Declared(boundary, part))];
            _draft.Node("Concat", $"join/{value}", parts, value, after: false, OnnxAttribute.Integer("axis", concatenation.Axis));
        }

        foreach (var (value, elements) in _slice.Restored)
        {
            Restore(value, elements);
        }
    }

    private void AddDenoiserInput(PlannedInput input)
    {
        var shape = Source.Shapes.Of(input.Value);
        _draft.Input(input.Name, input.Type, input.Axes);
        if (shape.HasBatch && shape.Type == input.Type && shape.Axes!.Count == input.Axes.Count + 1)
        {
            if (input.Name != input.Value)
            {
                _draft.Rename(input.Value, input.Name);
            }

            return;
        }

        // The value keeps the name that the nodes know, so the input must have another where they are equal.
        var value = input.Value;
        if (input.Name == input.Value)
        {
            value = $"{input.Value}#own";
            _draft.Rename(input.Value, value);
        }

        if (input.Value == Source.Timestep && shape.Axes!.Count > 1)
        {
            ForEachToken(input, value, shape);
        }
        else
        {
            FromLane(input.Name, value, shape);
        }
    }

    // A timestep that the model wants for each token: all tokens of a lane are given the evaluation's.
    private void ForEachToken(PlannedInput input, string value, ValueShape wanted)
    {
        var sizes = Enumerable.Range(0, wanted.Axes!.Count).Select(axis =>
            _slice.Resolve(Source.Shapes.AxisSizes(input.Value, axis)!) is { } element
                ? Element(element, after: false)
                : throw new ModelSplitException(
                    $"The timestep '{input.Value}' ({wanted}) has an axis '{wanted.Axes[axis]}' that follows from no other input; export the model with one timestep per picture, or with one per token of the latents.")).ToArray();
        var column = _draft.Node("Reshape", [input.Name, _draft.Constant([-1, .. Enumerable.Repeat(1L, sizes.Length - 1)])], after: false);
        var all = _draft.Node("Expand", [column, _draft.Node("Concat", sizes, after: false, OnnxAttribute.Integer("axis", 0))], after: false);
        _draft.Node("Cast", $"take/{value}", [all], value, after: false, OnnxAttribute.Integer("to", (long)wanted.Type));
    }

    // All lanes hold the same: the first one's is taken, in the type that the graph wants.
    private void FromLane(string fullName, string value, ValueShape wanted)
    {
        var current = fullName;
        if (!wanted.HasBatch)
        {
            current = _draft.Node("Gather", [current, _draft.Constant([0], scalar: !IsSingle(fullName, wanted))], after: false, OnnxAttribute.Integer("axis", 0));
        }

        _draft.Node("Cast", $"take/{value}", [current], value, after: false, OnnxAttribute.Integer("to", (long)wanted.Type));
    }

    // A timestep of shape [1] is a scalar in the manifest: taken as a list of one.
    private bool IsSingle(string fullName, ValueShape wanted) =>
        wanted.Axes is [{ Value: 1 }] && _plan.Inputs.Any(input => input.Name == fullName && input.Axes.Count == 0);

    private void Restore(string value, ShapeElement[] elements)
    {
        var scalar = Source.Shapes.Of(value).Axes!.Count == 0;
        if (Array.TrueForAll(elements, element => element is ShapeElement.Constant))
        {
            _draft.Rename(value, _draft.Constant([.. elements.OfType<ShapeElement.Constant>().Select(element => element.Value)], scalar));
            return;
        }

        var pieces = Array.ConvertAll(elements, element => Element(element, after: false));
        var joined = pieces.Length == 1 ? pieces[0] : _draft.Node("Concat", pieces, after: false, OnnxAttribute.Integer("axis", 0));
        _draft.Rename(value, scalar ? _draft.Node("Reshape", [joined, _draft.Constant([])], after: false) : joined);
    }

    // A number of a shape as a list of one.
    private string Element(ShapeElement element, bool after) => element switch
    {
        ShapeElement.Constant constant => _draft.Constant([constant.Value]),
        ShapeElement.Axis axis => _draft.SizeOf(Declared(axis.FullName), axis.Number, after),
        ShapeElement.Given given => _draft.Node("Gather", [Declared(given.FullName), _draft.Constant([0])], after, OnnxAttribute.Integer("axis", 0)),
        ShapeElement.Sum sum => sum.Terms.Select(term => Term(term.Factors, term.Numerator, term.Denominator, after)).Aggregate((a, b) => _draft.Node("Add", [a, b], after)),
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "Not a number of a shape."),
    };

    private string Term(IReadOnlyList<ShapeElement> factors, long numerator, long denominator, bool after)
    {
        var product = factors.Select(factor => Element(factor, after)).Append(_draft.Constant([numerator])).Aggregate((a, b) => _draft.Node("Mul", [a, b], after));
        return denominator == 1 ? product : _draft.Node("Div", [product, _draft.Constant([denominator])], after);
    }

    // A tensor of a boundary, or an input of the denoiser, as an input of this graph.
    private string Declared(string fullName)
    {
        if (_plan.Inputs.FirstOrDefault(input => input.Name == fullName) is { } input)
        {
            _draft.Input(input.Name, input.Type, input.Axes);
            return fullName;
        }

        return Declared(_plan.BoundaryOf(fullName), fullName[(fullName.LastIndexOf('/') + 1)..]);
    }

    private string Declared(PlannedBoundary boundary, string name)
    {
        var tensor = boundary.Tensors.First(candidate => candidate.Name == name);
        _draft.Input(boundary.FullName(tensor), tensor.Type, tensor.Axes);
        return boundary.FullName(tensor);
    }

    private void AddOutput(PlannedBoundary boundary, PlannedTensor tensor, bool canRename, PlannedBoundary? partsFrom)
    {
        var fullName = boundary.FullName(tensor);
        switch (tensor.Origin)
        {
            case TensorOrigin.Whole whole when canRename && !_draft.IsRenamed(whole.Value):
                _draft.Rename(whole.Value, fullName);
                break;
            case TensorOrigin.Whole whole when _draft.Current(whole.Value) != fullName:
                _draft.Node("Identity", $"copy/{fullName}", [_draft.Current(whole.Value)], fullName, after: true);
                break;
            case TensorOrigin.Part part:
                AddPart(fullName, part, boundary, partsFrom ?? From);
                break;
            case TensorOrigin.PerLane lane:
                AddPerLane(fullName, lane.Value, tensor.Type);
                break;
            case TensorOrigin.ShapeNumber number:
                AddNumber(fullName, number);
                break;
            case TensorOrigin.Difference difference:
                _draft.Node("Sub", $"residual/{fullName}", [_draft.Current(difference.Value), _draft.Current(difference.Base)], fullName, after: true);
                break;
            default:
                break;
        }

        _draft.Output(fullName, tensor.Type, tensor.Axes);
    }

    private void AddPart(string fullName, TensorOrigin.Part part, PlannedBoundary boundary, PlannedBoundary partsFrom)
    {
        var names = boundary.Concatenations.Single(concatenation => concatenation.Value == part.Value).Parts;
        var start = Offset(part.Number);
        var end = part.Number == names.Count - 1 ? _draft.Constant([long.MaxValue]) : Offset(part.Number + 1);
        _draft.Node("Slice", $"part/{fullName}", [_draft.Current(part.Value), start, end, _draft.Constant([part.Axis])], fullName, after: true);

        // Where a part starts: the sizes of those before it.
        string Offset(int number)
        {
            var sizes = names.Take(number).Select(name => partsFrom.Tensors.First(tensor => tensor.Name == name)).ToList();
            return sizes.TrueForAll(tensor => tensor.Axes[part.Axis - 1].Value is not null)
                ? _draft.Constant([sizes.Sum(tensor => tensor.Axes[part.Axis - 1].Value!.Value)])
                : sizes.Select(tensor => _draft.SizeOf(CurrentTensor(partsFrom, tensor), part.Axis, after: true)).Aggregate((sum, size) => _draft.Node("Add", [sum, size], after: true));
        }
    }

    private string CurrentTensor(PlannedBoundary boundary, PlannedTensor tensor) =>
        _draft.HasInput(boundary.FullName(tensor)) ? boundary.FullName(tensor) : tensor.Origin is TensorOrigin.Whole whole ? _draft.Current(whole.Value) : boundary.FullName(tensor);

    private void AddPerLane(string fullName, string value, OnnxElementType type)
    {
        var shape = Source.Shapes.Of(value);
        var current = _draft.Node("Cast", [_draft.Current(value)], after: true, OnnxAttribute.Integer("to", (long)type));
        if (!shape.HasBatch)
        {
            current = ForEachLane(current, shape.Axes!.Count);
        }

        _draft.Node("Identity", $"copy/{fullName}", [current], fullName, after: true);
    }

    private void AddNumber(string fullName, TensorOrigin.ShapeNumber number)
    {
        var element = _slice.Resolve(number.Sizes)
            ?? throw new ModelSplitException($"The number of '{fullName}' ({Source.Shapes.Named(number.Sizes)}) cannot be worked out from the inputs' shapes.");
        var scalar = _draft.Node("Reshape", [Element(element, after: true), _draft.Constant([])], after: true);
        _draft.Node("Identity", $"copy/{fullName}", [ForEachLane(scalar, 0)], fullName, after: true);
    }

    private string ForEachLane(string value, int rank)
    {
        var batch = _draft.SizeOf(_draft.AnyInput, 0, after: true);
        var target = rank == 0 ? batch : _draft.Node("Concat", [batch, _draft.Constant([.. Enumerable.Repeat(1L, rank)])], after: true, OnnxAttribute.Integer("axis", 0));
        return _draft.Node("Expand", [value, target], after: true);
    }
}
