namespace CachePolicies.Splitting;

/// <summary>A number in a shape that a stage needs: fixed, or the size of an axis of a tensor that the stage is given.</summary>
internal readonly record struct ShapeElement(long Fixed, string? Tensor, int Axis);

/// <summary>What a stage consists of: the nodes that lead from what it is given to what it makes.</summary>
internal sealed class StageSlice
{
    private readonly SplitPlan _plan;
    private readonly int _stage;
    private readonly Dictionary<string, (string FullName, TensorOrigin Origin)> _given = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PlannedBoundary Boundary, Concatenation Concatenation)> _joined = new(StringComparer.Ordinal);
    private readonly List<(string FullName, string Value)> _shaped = [];
    private readonly bool[] _computable;

    public StageSlice(SplitPlan plan, int stage)
    {
        _plan = plan;
        _stage = stage;
        CollectGiven();
        _computable = FindComputable();
        Slice();
    }

    /// <summary>By node: part of the stage.</summary>
    public bool[] Nodes { get; private set; } = [];

    /// <summary>What the stage reads of earlier boundaries: the graph's value, the tensor's full name and its origin.</summary>
    public IReadOnlyDictionary<string, (string FullName, TensorOrigin Origin)> Given => _given;

    /// <summary>Values that are put together from several tensors.</summary>
    public IReadOnlyDictionary<string, (PlannedBoundary Boundary, Concatenation Concatenation)> Joined => _joined;

    /// <summary>Values among <see cref="Given"/> and <see cref="Joined"/>, and inputs of the denoiser, that the stage reads.</summary>
    public HashSet<string> Read { get; } = new(StringComparer.Ordinal);

    /// <summary>Small integer values of earlier stages that are worked out anew from the shapes of what is given.</summary>
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

    private void CollectGiven()
    {
        for (var i = 0; i <= _stage; i++)
        {
            var boundary = _plan.Boundaries[i];
            foreach (var tensor in boundary.Tensors)
            {
                var reaches = tensor.Kind is PlannedKind.Conditioning or PlannedKind.Carried || (tensor.Kind == PlannedKind.State && i == _stage);
                if (!reaches)
                {
                    continue;
                }

                if (tensor.Origin is TensorOrigin.Whole { Value: var value })
                {
                    _given.TryAdd(value, (boundary.FullName(tensor), tensor.Origin));
                    _shaped.Add((boundary.FullName(tensor), value));
                }
                else if (tensor.Origin is TensorOrigin.PerLane lane)
                {
                    _given.TryAdd(lane.Value, (boundary.FullName(tensor), tensor.Origin));
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

        // A state that started as conditioning is read where it stands.
        foreach (var tensor in _plan.Prelude?.Tensors ?? [])
        {
            foreach (var value in ValuesOf(tensor.Origin))
            {
                _given.TryAdd(value, (_plan.Prelude!.FullName(tensor), tensor.Origin));
            }
        }
    }

    // A node that depends on the latents can run in the stage when all that it needs is given or can run in the stage.
    private bool[] FindComputable()
    {
        var computable = new bool[Graph.Index.Nodes.Count];
        for (var node = 0; node < computable.Length; node++)
        {
            computable[node] = Graph.IsDynamic[node] && Graph.Index.InputsOf(node).All(input =>
                !Graph.IsDynamicValue(input) || IsAvailable(input) || (Graph.Index.Producer(input) is >= 0 and var source && computable[source]));
        }

        return computable;
    }

    private bool IsAvailable(string value) => _given.ContainsKey(value) || _joined.ContainsKey(value) || Restore(value) is not null;

    private void Slice()
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
            else if (node >= 0 && (!Graph.IsDynamic[node] || _computable[node]))
            {
                included[node] = true;
                foreach (var input in Graph.Index.InputsOf(node))
                {
                    pending.Push(input);
                }
            }
            else if (Graph.IsDynamicValue(value))
            {
                Reconstruct(value, node, included, pending);
            }
            else if (!Graph.Index.IsInitializer(value))
            {
                Read.Add(value);
            }
        }

        Nodes = included;
    }

    // A value that the stage cannot reach: worked out from shapes, or made by nodes of the stage from such values, or missing.
    private void Reconstruct(string value, int node, bool[] included, Stack<string> pending)
    {
        if (Restore(value) is { } elements)
        {
            Restored.Add(value, elements);
        }
        else if (node < 0 || _plan.Boundaries[_stage].Inside[node] || _plan.CanBeHandedOn(value))
        {
            Missing.Add(value);
        }
        else
        {
            included[node] = true;
            foreach (var input in Graph.Index.InputsOf(node))
            {
                pending.Push(input);
            }
        }
    }

    private ShapeElement[]? Restore(string value)
    {
        if (Graph.Shapes.Of(value) is not { Type: OnnxElementType.Int64, Axes.Count: <= 1 } || Graph.Shapes.Elements(value) is not { } elements)
        {
            return null;
        }

        var restored = new ShapeElement[elements.Length];
        for (var i = 0; i < elements.Length; i++)
        {
            if (elements[i].All(size => size == elements[i][0]))
            {
                restored[i] = new ShapeElement(elements[i][0], null, 0);
            }
            else if (FindAxis(elements[i]) is { } found)
            {
                restored[i] = found;
            }
            else
            {
                return null;
            }
        }

        return restored;
    }

    private ShapeElement? FindAxis(long[] sizes)
    {
        foreach (var (fullName, value) in _shaped)
        {
            for (var axis = 0; axis < (Graph.Shapes.Of(value).Axes?.Count ?? 0); axis++)
            {
                if (Graph.Shapes.AxisSizes(value, axis)!.SequenceEqual(sizes))
                {
                    return new ShapeElement(0, fullName, axis);
                }
            }
        }

        return null;
    }
}
