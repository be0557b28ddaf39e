using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>The name of a state and how it was found.</summary>
/// <param name="Name">The name; the first part's where the value holds several.</param>
/// <param name="Parts">The names of the parts, where the value is several states one after another.</param>
/// <param name="Axis">The axis along which the parts lie.</param>
/// <param name="Root">The value that the residual stream started from, where it was found.</param>
/// <param name="Conditioning">The conditioning value that the stream started from, where it was one.</param>
internal sealed record StateName(string Name, IReadOnlyList<string>? Parts = null, int Axis = 0, string? Root = null, string? Conditioning = null);

/// <summary>
/// Names the states at a boundary by following each residual stream (x + f(x)) back to a state of the boundary before it, through the parts of a joint
/// stream where blocks take them apart.
/// </summary>
internal sealed class StateTracer(DenoiserGraph graph)
{
    private const string Image = "image", Text = "text";

    /// <summary>The values with their names, each name once.</summary>
    public IEnumerable<(string Value, StateName Name)> Name(PlannedBoundary previous, IReadOnlyList<string> values)
    {
        if (values.Count == 1 && Find(previous, values[0]) is not { Parts: not null })
        {
            return [(values[0], new StateName(Image))];
        }

        var found = values.Select(value => (Value: value, Name: Find(previous, value))).ToList();
        var taken = found.Select(state => state.Name?.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (taken.Count < found.Count(state => state.Name is not null))
        {
            // Two streams from one state: the names would be one.
            taken.Clear();
            found = [.. found.Select(state => (state.Value, (StateName?)null))];
        }

        return found.Select(state => (state.Value, state.Name ?? new StateName(Alike(previous, state.Value, taken) ?? Free(taken))));
    }

    // The one state of the boundary before that has the same axes and no heir yet.
    private string? Alike(PlannedBoundary previous, string value, HashSet<string> taken)
    {
        if (previous.Role == "latent" || graph.Shapes.Of(value) is not { HasBatch: true, Axes: { } axes })
        {
            return null;
        }

        var alike = previous.Tensors.FindAll(tensor => tensor.Kind == PlannedKind.State && tensor.Axes.SequenceEqual(axes.Skip(1)));
        return alike is [{ Name: var name }] && taken.Add(name) ? name : null;
    }

    private static string Free(HashSet<string> taken)
    {
        foreach (var name in new[] { Image, Text }.Concat(Enumerable.Range(2, 64).Select(i => string.Create(CultureInfo.InvariantCulture, $"state{i}"))))
        {
            if (taken.Add(name))
            {
                return name;
            }
        }

        throw new ModelSplitException("More than 64 states cross a boundary.");
    }

    private StateName? Find(PlannedBoundary previous, string value)
    {
        var pending = new Queue<(string Value, PartOfStream? Part)>([(value, null)]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (pending.TryDequeue(out var current))
        {
            if (!seen.Add(current.Value))
            {
                continue;
            }

            var name = current.Part is { } part ? MatchPart(previous, current.Value, part) : Match(previous, current.Value, value);
            if (name is not null)
            {
                return name;
            }

            if (graph.Index.Producer(current.Value) is >= 0 and var node)
            {
                foreach (var input in ResidualInputs(node, current.Value))
                {
                    pending.Enqueue((input, current.Part));
                }

                if (current.Part is null && PartOf(node, current.Value) is { } taken)
                {
                    pending.Enqueue((graph.Index.Nodes[node].Input[0], taken));
                }
            }
        }

        return null;
    }

    private StateName? Match(PlannedBoundary previous, string current, string value)
    {
        if (StateOf(previous, current) is { } state)
        {
            // The embedding may change the width: only a stream of the same shape is the same state.
            return previous.Role == "latent" ? null : new StateName(state.Name, Root: current);
        }

        if (previous.Concatenations.Find(candidate => candidate.Value == current) is { } joined)
        {
            return new StateName(joined.Parts[0], joined.Parts, joined.Axis, current);
        }

        if (Joined(previous, current) is { } parts)
        {
            return new StateName(parts.States[0].Name, [.. parts.States.Select(part => part.Name)], parts.Axis, current);
        }

        // A stream of tokens that does not depend on the latents before the first block: text.
        return graph.IsConditioningValue(current) && graph.Shapes.Of(current) is { HasBatch: true, Axes.Count: 3 } shape
            && graph.Shapes.Of(value).Axes is { } axes && axes.SequenceEqual(shape.Axes!)
            ? new StateName(Text, Root: current, Conditioning: current)
            : null;
    }

    // A part of a joint stream is the state that was joined at the same place.
    private StateName? MatchPart(PlannedBoundary previous, string current, PartOfStream part)
    {
        if (Joined(previous, current) is not { } joined || joined.Axis != part.Axis)
        {
            return null;
        }

        var start = new long[part.Start.Length];
        foreach (var (state, value) in joined.States.Zip(joined.Values))
        {
            var sizes = graph.Shapes.AxisSizes(value, joined.Axis)!;
            if (start.SequenceEqual(part.Start))
            {
                return new StateName(state.Name, Root: value);
            }

            start = [.. start.Zip(sizes, (a, b) => a + b)];
        }

        return null;
    }

    private static PlannedTensor? StateOf(PlannedBoundary boundary, string value) =>
        boundary.Tensors.Find(tensor => tensor.Kind == PlannedKind.State && tensor.Origin is TensorOrigin.Whole whole && whole.Value == value);

    // Several states of a boundary, one after another.
    private (List<PlannedTensor> States, IReadOnlyList<string> Values, int Axis)? Joined(PlannedBoundary boundary, string value)
    {
        if (graph.Index.Producer(value) is not (>= 0 and var node) || graph.Index.Nodes[node] is not { OpType: "Concat", Input.Count: > 1 } concat)
        {
            return null;
        }

        var states = concat.Input.Select(input => StateOf(boundary, input)).OfType<PlannedTensor>().ToList();
        var axis = (int)(concat.Attribute.FirstOrDefault(attribute => attribute.Name == "axis")?.I ?? 0);
        return states.Count == concat.Input.Count && graph.Shapes.Of(value).Axes is { } axes ? (states, concat.Input, axis < 0 ? axis + axes.Count : axis) : null;
    }

    // What a Slice or Split takes of a value: along which axis, and from where on.
    private PartOfStream? PartOf(int node, string output)
    {
        var proto = graph.Index.Nodes[node];
        if (proto.OpType is not ("Slice" or "Split") || graph.Shapes.Of(proto.Input[0]).Axes is not { } axes || graph.Shapes.Of(output).Axes is not { } left || axes.Count != left.Count)
        {
            return null;
        }

        var changed = Enumerable.Range(0, axes.Count).Where(axis => axes[axis] != left[axis]).ToList();
        if (changed is not [var along])
        {
            return null;
        }

        if (proto.OpType == "Split")
        {
            var before = proto.Output.TakeWhile(part => part != output).Select(part => graph.Shapes.AxisSizes(part, along));
            return before.Aggregate((long[]?)Array.ConvertAll(graph.Shapes.AxisSizes(output, along)!, _ => 0L), (sum, sizes) => sum is null || sizes is null ? null : [.. sum.Zip(sizes, (a, b) => a + b)]) is { } start
                ? new PartOfStream(along, start)
                : null;
        }

        // Older operator sets hold the starts in an attribute.
        var whole = graph.Shapes.AxisSizes(proto.Input[0], along)!;
        var starts = proto.Input.Count > 1
            ? graph.Shapes.Elements(proto.Input[1])
            : proto.Attribute.FirstOrDefault(attribute => attribute.Name == "starts") is { } list ? [.. list.Ints.Select(start => Array.ConvertAll(whole, _ => start))] : null;
        var candidates = starts?.Select(sizes => sizes.Zip(whole, (start, size) => start < 0 ? start + size : start).ToArray()).ToList();
        return candidates is [var only] ? new PartOfStream(along, only) : null;
    }

    private IEnumerable<string> ResidualInputs(int node, string output) => graph.Index.Nodes[node] switch
    {
        { OpType: "Add" or "Sum" or "BiasAdd" } sum => sum.Input,
        { OpType: "Identity" or "Cast" or "Dropout" } same => same.Input.Take(1),
        // The sum that a fused node normalises goes on as one of its outputs.
        { OpType: "SkipLayerNormalization" or "SkipSimplifiedLayerNormalization", Output.Count: > 3 } fused when fused.Output[3] == output => fused.Input.Take(2),
        { OpType: "SkipGroupNorm", Output.Count: > 1 } fused when fused.Output[1] == output => [fused.Input[0], fused.Input[3]],
        _ => [],
    };

    /// <summary>A part of a stream.</summary>
    /// <param name="Axis">The axis along which it is cut out.</param>
    /// <param name="Start">Where it starts, in each choice of sizes.</param>
    private sealed record PartOfStream(int Axis, long[] Start);
}
