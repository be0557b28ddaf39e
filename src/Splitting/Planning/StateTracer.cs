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
/// Names the states at a boundary by following each residual stream (x + f(x)) back to a state of the boundary before it.
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

        return found.Select(state => (state.Value, state.Name ?? new StateName(Free(taken))));
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
        var pending = new Queue<string>([value]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (pending.TryDequeue(out var current))
        {
            if (!seen.Add(current))
            {
                continue;
            }

            if (Match(previous, current, value) is { } name)
            {
                return name;
            }

            if (graph.Index.Producer(current) is >= 0 and var node)
            {
                foreach (var input in ResidualInputs(node))
                {
                    pending.Enqueue(input);
                }
            }
        }

        return null;
    }

    private StateName? Match(PlannedBoundary previous, string current, string value)
    {
        if (previous.Tensors.Find(tensor => tensor.Kind == PlannedKind.State && tensor.Origin is TensorOrigin.Whole whole && whole.Value == current) is { } state)
        {
            // The embedding may change the width: only a stream of the same shape is the same state.
            return previous.Role == "latent" ? null : new StateName(state.Name, Root: current);
        }

        if (previous.Concatenations.Find(candidate => candidate.Value == current) is { } joined)
        {
            return new StateName(joined.Parts[0], joined.Parts, joined.Axis, current);
        }

        if (graph.Index.Producer(current) is >= 0 and var node && graph.Index.Nodes[node] is { OpType: "Concat" } concat
            && concat.Input.Select(input => previous.Tensors.Find(tensor => tensor.Kind == PlannedKind.State && tensor.Origin is TensorOrigin.Whole whole && whole.Value == input)).ToList() is var parts
            && parts.Count > 1 && parts.TrueForAll(part => part is not null))
        {
            var axis = (int)concat.Attribute.First(attribute => attribute.Name == "axis").I;
            axis = axis < 0 ? axis + graph.Shapes.Of(current).Axes!.Count : axis;
            return new StateName(parts[0]!.Name, [.. parts.Select(part => part!.Name)], axis, current);
        }

        // A stream of tokens that does not depend on the latents before the first block: text.
        return graph.IsConditioningValue(current) && graph.Shapes.Of(current) is { HasBatch: true, Axes.Count: 3 } shape
            && graph.Shapes.Of(value).Axes is { } axes && axes.SequenceEqual(shape.Axes!)
            ? new StateName(Text, Root: current, Conditioning: current)
            : null;
    }

    private IEnumerable<string> ResidualInputs(int node) => graph.Index.Nodes[node] switch
    {
        { OpType: "Add" or "Sum" } sum => sum.Input,
        { OpType: "Identity" or "Cast" or "Dropout" } same => same.Input.Take(1),
        _ => [],
    };
}
