using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>
/// Follows the frames of a video from the latents through the graph: along which axis of each value they lie one after another, and how many there
/// are. Operators that could put them into another order end the trace, so that nothing is claimed that the structure does not show.
/// </summary>
internal sealed class FrameTracer
{
    // A latent of a video: batch, channels, frames, height, width.
    private const int VideoRank = 5, ConvolvedFrameAxis = 2;

    private static readonly string[] FrameNames = ["frames", "frame", "num_frames", "latent_frames", "time", "t", "f"];

    private readonly DenoiserGraph _graph;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    public FrameTracer(DenoiserGraph graph)
    {
        _graph = graph;
        if (FrameAxisOfLatent() is not { } axis)
        {
            return;
        }

        _places[graph.Latent] = new Place(axis, graph.Shapes.AxisSizes(graph.Latent, axis)!);
        for (var node = 0; node < graph.Index.Nodes.Count; node++)
        {
            if (graph.IsDynamic[node])
            {
                Follow(node);
            }
        }
    }

    /// <summary>Where a value holds frames, or <see langword="null"/> where that cannot be told or there is but one.</summary>
    public PlannedFrames? Of(string value) =>
        _places.TryGetValue(value, out var place) && _graph.Shapes.Named(place.Counts) is { Value: not 1 } count && _graph.Shapes.Of(value).HasBatch
            ? new PlannedFrames(place.Axis - 1, count)
            : null;

    // By the axis's name, or because a convolution over space and time reads the latents.
    private int? FrameAxisOfLatent()
    {
        if (_graph.Shapes.Of(_graph.Latent) is not { HasBatch: true, Axes: { Count: VideoRank } axes })
        {
            return null;
        }

        var named = axes.Skip(1).Index().Where(axis => axis.Item.Name is { } name && FrameNames.Contains(name, StringComparer.OrdinalIgnoreCase)).Select(axis => axis.Index + 1).ToList();
        return named.Count == 1 ? named[0]
            : _graph.Index.Consumers(_graph.Latent).Any(node => _graph.Index.Nodes[node].OpType == "Conv") ? ConvolvedFrameAxis
            : null;
    }

    private void Follow(int node)
    {
        var proto = _graph.Index.Nodes[node];
        foreach (var output in OnnxGraphIndex.OutputsOf(proto))
        {
            foreach (var input in proto.Input)
            {
                if (_places.TryGetValue(input, out var place) && Through(proto, input, place, output) is { } next)
                {
                    _places[output] = next;
                    break;
                }
            }
        }
    }

    private Place? Through(NodeProto node, string input, Place place, string output)
    {
        if (_graph.Shapes.Of(output).Axes is not { } to || _graph.Shapes.Of(input).Axes is not { } from)
        {
            return null;
        }

        return node.OpType switch
        {
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => Reshaped(input, place, output, to.Count),
            "Transpose" => Moved(node, place),
            "Conv" => place.Axis >= 2 && SizesOf(input, place.Axis).SequenceEqual(place.Counts) ? new Place(place.Axis, SizesOf(output, place.Axis)) : null,
            "MatMul" => input == node.Input[0] && from.Count == to.Count && place.Axis < to.Count - 1 ? place : null,
            "Concat" or "Slice" or "Split" or "Attention" => Unchanged(input, place, output),
            _ when KeepsOrder(node.OpType) => Unchanged(input, place, output),
            _ => null,
        };
    }

    // The elements stay in their order: the frames are where as many elements lie before them as did.
    private Place? Reshaped(string input, Place place, string output, int rank)
    {
        var before = Before(input, place.Axis);
        for (var axis = 0; axis < rank; axis++)
        {
            if (Before(output, axis).SequenceEqual(before) && SizesOf(output, axis).Zip(place.Counts).All(pair => pair.First % pair.Second == 0))
            {
                return place with { Axis = axis };
            }
        }

        return null;
    }

    private static Place? Moved(NodeProto node, Place place) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == "perm") is { } order && order.Ints.IndexOf(place.Axis) is >= 0 and var axis ? place with { Axis = axis } : null;

    private Place? Unchanged(string input, Place place, string output) =>
        _graph.Shapes.Of(input).Axes!.Count == _graph.Shapes.Of(output).Axes!.Count && SizesOf(input, place.Axis).SequenceEqual(SizesOf(output, place.Axis)) ? place : null;

    private static bool KeepsOrder(string operation) => operation is "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Sum" or "Where" or "Min" or "Max"
        or "Identity" or "Cast" or "Dropout" or "Clip" or "Neg" or "Abs" or "Exp" or "Sqrt" or "Reciprocal" or "Erf" or "Tanh" or "Sigmoid" or "Relu" or "LeakyRelu"
        or "Gelu" or "HardSwish" or "Softplus" or "Swish" or "Softmax" or "LayerNormalization" or "RMSNormalization" or "SimplifiedLayerNormalization"
        or "InstanceNormalization" or "GroupNormalization" or "BatchNormalization";

    private long[] Before(string value, int axis) => Enumerable.Range(0, axis)
        .Select(a => SizesOf(value, a))
        .Aggregate(Array.ConvertAll(SizesOf(value, 0), _ => 1L), (product, sizes) => [.. product.Zip(sizes, (p, s) => p * s)]);

    private long[] SizesOf(string value, int axis) => _graph.Shapes.AxisSizes(value, axis)!;

    /// <summary>Where frames lie one after another.</summary>
    /// <param name="Axis">The axis, with the batch axis.</param>
    /// <param name="Counts">How many there are in each choice of sizes.</param>
    private sealed record Place(int Axis, long[] Counts);
}
