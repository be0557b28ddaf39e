namespace CachePolicies.Splitting;

/// <summary>What a stage consists of: the nodes that lead from what it is given to what it makes.</summary>
internal sealed class StageSlice
{
    private readonly SplitPlan _plan;
    private readonly int _stage;
    private readonly Dictionary<string, (string FullName, TensorOrigin Origin)> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PlannedBoundary Boundary, Concatenation Concatenation)> _joined = new(StringComparer.Ordinal);
    private readonly ShapeSources _sources;
    private readonly bool[] _canRun;

    public StageSlice(SplitPlan plan, int stage)
    {
        _plan = plan;
        _stage = stage;
        _sources = new ShapeSources(plan.Graph.Shapes);
        CollectGiven();
        CollectPrelude();
        _canRun = FindRunnable();
        Nodes = Slice();
    }

    /// <summary>By node: part of the stage.</summary>
    public bool[] Nodes { get; }

    /// <summary>What the stage reads of earlier boundaries: the graph's value, the tensor's full name and its origin.</summary>
    public IReadOnlyDictionary<string, (string FullName, TensorOrigin Origin)> Given => _given;

    /// <summary>Values that are put together from several tensors.</summary>
    public IReadOnlyDictionary<string, (PlannedBoundary Boundary, Concatenation Concatenation)> Joined => _joined;

    /// <summary>Values among <see cref="Given"/> and <see cref="Joined"/>, and inputs of the denoiser, that the stage reads.</summary>
    public HashSet<string> Read { get; } = new(StringComparer.Ordinal);

    /// <summary>Small integer values of earlier stages that are worked out again from the shapes of what is given.</summary>
    public Dictionary<string, ShapeElement[]> Restored { get; } = new(StringComparer.Ordinal);

    /// <summary>Values of earlier stages that the stage needs and is not given.</summary>
    public List<string> Missing { get; } = [];

    private DenoiserGraph Graph => _plan.Graph;

    /// <summary>The values that a boundary's tensors are made of.</summary>
    public static IEnumerable<string> ValuesOf(TensorOrigin origin) => origin switch
    {
        TensorOrigin.Whole whole => [whole.Value],
        TensorOrigin.Part part => [part.Value],
        TensorOrigin.PerLane lane => [lane.Value],
        TensorOrigin.Difference difference => [difference.Value, difference.Base],
        _ => [],
    };

    /// <summary>How the stage can work out a number with these sizes in all choices, or <see langword="null"/>.</summary>
    public ShapeElement? Resolve(long[] sizes) => _sources.Find(sizes);

    private void CollectGiven()
    {
        // The prelude runs before there are latents.
        for (var i = _plan.IsPrelude ? 1 : 0; i <= _stage; i++)
        {
            var boundary = _plan.Boundaries[i];
            foreach (var tensor in boundary.Tensors)
            {
                var reaches = tensor.Kind is PlannedKind.Conditioning or PlannedKind.Carried || (tensor.Kind == PlannedKind.State && i == _stage);
                if (!reaches)
                {
                    continue;
                }

                switch (tensor.Origin)
                {
                    case TensorOrigin.Whole { Value: var value }:
                        _given.TryAdd(value, (boundary.FullName(tensor), tensor.Origin));
                        _sources.Add(boundary.FullName(tensor), value);
                        break;
                    case TensorOrigin.PerLane lane:
                        _given.TryAdd(lane.Value, (boundary.FullName(tensor), tensor.Origin));
                        break;
                    case TensorOrigin.ShapeNumber number:
                        _sources.Add(boundary.FullName(tensor), number.Sizes);
                        break;
                    default:
                        break;
                }
            }

            if (i == _stage)
            {
                foreach (var concatenation in boundary.Concatenations)
                {
                    _joined.TryAdd(concatenation.Value, (boundary, concatenation));
                }
            }
        }
    }

    private void CollectPrelude()
    {
        // A state that started as conditioning is read where it is.
        foreach (var tensor in _plan.Prelude?.Tensors ?? [])
        {
            foreach (var value in ValuesOf(tensor.Origin))
            {
                _given.TryAdd(value, (_plan.Prelude!.FullName(tensor), tensor.Origin));
            }
        }

        // Later stages get sizes from what they read anyway, or as numbers.
        if (_stage == 0)
        {
            foreach (var input in _plan.Inputs.Where(input => input.Value != Graph.Timestep || Graph.Shapes.Of(input.Value).Axes is { Count: 1 }))
            {
                _sources.Add(input.Name, input.Value);
            }
        }
    }

    // What depends on the latents can run in the stage when all that it needs is given or can run there, and when it is not another stage's work: no
    // block is computed twice.
    private bool[] FindRunnable()
    {
        var runs = new bool[Graph.Index.Nodes.Count];
        for (var node = 0; node < runs.Length; node++)
        {
            var proto = Graph.Index.Nodes[node];
            runs[node] = Graph.IsDynamic[node] ? !_plan.IsPrelude && (_plan.StageOf(node) == _stage || !Graph.IsWork(node)) && Graph.Index.InputsOf(node).All(IsAtHand)
                : Graph.IsSized[node] && (DenoiserGraph.IsQuestionOfShape(proto) ? IsThere(proto.Input[0]) : Graph.Index.InputsOf(node).All(IsAtHand));
        }

        return runs;

        bool IsThere(string value) => _given.ContainsKey(value) || _joined.ContainsKey(value)
            || (Graph.Index.Producer(value) is >= 0 and var source ? runs[source] || !(Graph.IsDynamic[source] || Graph.IsSized[source]) : value != Graph.Latent);

        bool IsAtHand(string value) => IsThere(value) || Restore(value) is not null;
    }

    private bool[] Slice()
    {
        var included = new bool[Graph.Index.Nodes.Count];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>(_plan.Boundaries[_stage + 1].Tensors.SelectMany(tensor => ValuesOf(tensor.Origin)));
        while (pending.TryPop(out var value))
        {
            if (!seen.Add(value))
            {
                continue;
            }

            var node = Graph.Index.Producer(value);
            if (_given.ContainsKey(value) || _joined.ContainsKey(value))
            {
                Read.Add(value);
            }
            else if (node >= 0 && (_canRun[node] || !(Graph.IsDynamic[node] || Graph.IsSized[node])))
            {
                Include(node);
            }
            else if (Graph.IsDynamicValue(value) || node >= 0)
            {
                Reconstruct(value, node);
            }
            else if (!Graph.Index.IsInitializer(value))
            {
                Read.Add(value);
            }
        }

        return included;

        void Include(int node)
        {
            included[node] = true;
            foreach (var input in Graph.Index.InputsOf(node))
            {
                pending.Push(input);
            }
        }

        // A value that the stage cannot reach: worked out from shapes, or made by nodes of the stage from such values, or missing.
        void Reconstruct(string value, int node)
        {
            if (Restore(value) is { } elements)
            {
                Restored.Add(value, elements);
            }
            else if (node < 0 || (Graph.IsDynamic[node] ? _plan.IsPrelude || _plan.StageOf(node) != _stage : DenoiserGraph.IsQuestionOfShape(Graph.Index.Nodes[node])))
            {
                Missing.Add(value);
            }
            else
            {
                Include(node);
            }
        }
    }

    private ShapeElement[]? Restore(string value)
    {
        if (Graph.Shapes.Of(value) is not { Type: OnnxElementType.Int64, Axes.Count: <= 1 } || Graph.Shapes.Elements(value) is not { } elements)
        {
            return null;
        }

        ShapeElement[] restored = [.. elements.Select(_sources.Find).OfType<ShapeElement>()];
        return restored.Length == elements.Length ? restored : null;
    }
}
