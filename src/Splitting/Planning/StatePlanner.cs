using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>Says which values are the states at a boundary, under which names, and which pass it on their way to later stages.</summary>
internal sealed class StatePlanner(DenoiserGraph graph, List<PlannedBoundary> boundaries, bool isUNet)
{
    private readonly StateTracer _tracer = new(graph);
    private readonly TensorPlanner _tensors = new(graph);
    private readonly Crossings _crossings = new(graph, boundaries);

    /// <summary>Adds the states of a boundary, and what it carries.</summary>
    /// <param name="index">The boundary; those before it are named already.</param>
    /// <param name="asked">The values that a person named, if any.</param>
    /// <exception cref="ModelSplitException">Nothing crosses the boundary, or what does cannot be stored.</exception>
    public void Add(int index, IReadOnlyList<string>? asked)
    {
        var boundary = ExtendPastSelection(index);
        var born = _crossings.ValuesAt(boundary).Where(value => !_crossings.Crosses(boundaries[index - 1], value)).ToList();
        var floats = born.Where(value => graph.Shapes.Of(value).IsFloatingPoint).ToList();
        var next = floats.Where(value => _crossings.ConsumersIn(value, index).Any()).ToList();
        // What a U-Net's stage ends with goes on; the rest are skip connections.
        var states = asked?.ToList() ?? (isUNet ? [.. next.TakeLast(1)] : next);
        if (states.Count == 0)
        {
            throw new ModelSplitException(
                $"Nothing that the blocks transform crosses the boundary '{boundary.Name}'{(graph.Shapes.FirstUnknown is { } node ? $": what {node} makes is not known, nor what follows from it; state its shape in the model (for example with ONNX shape inference)" : "")}.");
        }

        foreach (var (value, name) in _tracer.Name(boundaries[index - 1], states))
        {
            AddState(boundary, index, value, name);
        }

        if (boundary.Tensors.FindIndex(tensor => tensor.Name == "image") is > 0 and var image)
        {
            var primary = boundary.Tensors[image];
            boundary.Tensors.RemoveAt(image);
            boundary.Tensors.Insert(0, primary);
        }

        // What later stages read past the next one: skip connections.
        var skips = asked is not null ? [] : floats.Where(value => (isUNet && next.Contains(value) && !states.Contains(value))
            || Enumerable.Range(index + 1, boundaries.Count - index - 2).Any(later => _crossings.ConsumersIn(value, later).Any()));
        foreach (var (value, number) in skips.Select((value, number) => (value, number)))
        {
            boundary.Tensors.Add(_tensors.Plain(string.Create(CultureInfo.InvariantCulture, $"skip{number}"), PlannedKind.Carried, value, boundary.Name));
        }
    }

    private void AddState(PlannedBoundary boundary, int index, string value, StateName name)
    {
        var previous = boundaries[index - 1];
        if (name.Parts is not { } parts)
        {
            boundary.Tensors.Add(_tensors.State(name.Name, value, boundary.Name));
            if (previous.Tensors.Find(tensor => tensor.Name == name.Name) is { Origin: TensorOrigin.Whole before })
            {
                AddResidual(boundary, name.Name, value, before.Value);
            }
        }
        else
        {
            boundary.Concatenations.Add(new Concatenation(value, name.Axis, [.. parts]));
            for (var part = 0; part < parts.Count; part++)
            {
                var origin = previous.Tensors.Single(tensor => tensor.Name == parts[part]);
                boundary.Tensors.Add(origin with { Kind = PlannedKind.State, Origin = new TensorOrigin.Part(value, name.Axis, part) });
            }

            AddResidual(boundary, "image", value, name.Root);
        }

        // A stream that starts as conditioning (text tokens before the first block) is state from the embedding on.
        if (name.Conditioning is { } start && index >= 2 && boundaries[1].Tensors.TrueForAll(tensor => tensor.Name != name.Name))
        {
            boundaries[1].Tensors.Add(_tensors.State(name.Name, start, "embedded"));
        }
    }

    // What the first detail block adds to the image tokens, or to all tokens where they are one tensor there.
    private void AddResidual(PlannedBoundary boundary, string name, string value, string? start)
    {
        if (boundary.Role == "detail.probe" && name == "image" && start is not null && graph.Shapes.Of(value) is { Axes: { } axes } shape
            && graph.Shapes.Of(start).Axes?.SequenceEqual(axes) == true)
        {
            boundary.Tensors.Add(new PlannedTensor("residual", PlannedKind.Signal, new TensorOrigin.Difference(value, start), shape.Type, [.. axes.Skip(1)]));
        }
    }

    // After the last block of a joint stream the model keeps the image tokens: what is thrown away does not cross.
    private PlannedBoundary ExtendPastSelection(int index)
    {
        var boundary = boundaries[index];
        if (boundary.Role != "detail")
        {
            return boundary;
        }

        var crossing = _crossings.ValuesAt(boundary).Where(value => graph.Shapes.Of(value).IsFloatingPoint).ToList();
        var readers = crossing.SelectMany(value => _crossings.ConsumersIn(value, index)).ToList();
        if (crossing.Count != 1 || readers.Count == 0 || !readers.TrueForAll(node => graph.Index.Nodes[node].OpType is "Slice" or "Split"))
        {
            return boundary;
        }

        var needed = graph.Index.NeededFor(readers.SelectMany(node => OnnxGraphIndex.OutputsOf(graph.Index.Nodes[node])));
        return boundaries[index] = boundary with { Inside = [.. boundary.Inside.Select((inside, node) => inside || (needed[node] && graph.IsDynamic[node]))] };
    }
}
