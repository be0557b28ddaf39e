namespace CachePolicies.Splitting;

/// <summary>Makes the tensors of boundaries from the graph's values.</summary>
internal sealed class TensorPlanner(DenoiserGraph graph)
{
    /// <summary>A value as a state.</summary>
    public PlannedTensor State(string name, string value, string boundary) => Plain(name, PlannedKind.State, value, boundary);

    /// <summary>A value that has the batch axis as it is.</summary>
    public PlannedTensor Plain(string name, PlannedKind kind, string value, string boundary)
    {
        var shape = Known(value, boundary);
        if (!shape.HasBatch)
        {
            throw new ModelSplitException(
                $"'{value}' ({shape}), which crosses the boundary '{boundary}', does not have the batch as its first axis; export the model with a batch that is free, or fixed at 1.");
        }

        return new PlannedTensor(name, kind, new TensorOrigin.Whole(value), shape.Type, [.. shape.Axes!.Skip(1)]);
    }

    /// <summary>A value as conditioning: one without a batch axis is repeated for each lane.</summary>
    public PlannedTensor Condition(string name, string value)
    {
        var shape = Known(value, "embedded");
        var generation = graph.Index.Producer(value) is var node && (node < 0 || (!graph.FollowsTimestep[node] && !graph.IsDynamic[node]));
        var axes = shape.HasBatch ? shape.Axes!.Skip(1) : shape.Axes!;
        TensorOrigin origin = shape.HasBatch && Portable(shape.Type) == shape.Type ? new TensorOrigin.Whole(value) : new TensorOrigin.PerLane(value);
        return new PlannedTensor(name, PlannedKind.Conditioning, origin, Portable(shape.Type), [.. axes], generation);
    }

    /// <summary>The element type in a manifest, which knows four: truth values and other integers travel as 64-bit integers.</summary>
    public static OnnxElementType Portable(OnnxElementType type) => type switch
    {
        OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Int64 => type,
        OnnxElementType.Float64 => OnnxElementType.Float32,
        _ => OnnxElementType.Int64,
    };

    /// <summary>A number that the shapes of the inputs decide, as conditioning.</summary>
    public static PlannedTensor Number(string name, long[] sizes) => new(name, PlannedKind.Conditioning, new TensorOrigin.ShapeNumber(sizes), OnnxElementType.Int64, []);

    private ValueShape Known(string value, string boundary) => graph.Shapes.Of(value) switch
    {
        { Axes: null } => throw new ModelSplitException(
            $"The shape of '{value}', which crosses the boundary '{boundary}', could not be found{(graph.Shapes.FirstUnknown is { } node ? $": what {node} makes is not known, nor what follows from it" : "")}; state it in the model (for example with ONNX shape inference)."),
        { Axes: { } axes } shape when axes.Any(axis => axis.Value is 0) => throw new ModelSplitException(
            $"'{value}' ({shape}), which crosses the boundary '{boundary}', would have no elements: the model's shapes do not fit together."),
        var shape => shape,
    };
}
