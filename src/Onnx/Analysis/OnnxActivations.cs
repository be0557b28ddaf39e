using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>How much memory the intermediate results of a graph take, estimated from their shapes: no session is opened and no weight is read.</summary>
public static class OnnxActivations
{
    // What runtimes compute in the place of their first input where nothing reads it afterwards.
    private static readonly HashSet<string> InPlace = new(StringComparer.Ordinal)
    {
        "Abs", "Add", "Clip", "Cos", "Div", "Dropout", "Elu", "Erf", "Exp", "Log", "Mul", "Neg", "Pow", "Reciprocal", "Relu", "Sigmoid", "Sin", "Sqrt", "Sub", "Tanh",
    };

    private static readonly HashSet<string> Views = new(StringComparer.Ordinal) { "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze" };

    /// <summary>
    /// The most bytes of intermediate results that are alive at once where the nodes run one after another, views share their input's memory and arithmetic
    /// element by element is done in place. What a kernel needs for itself, and what an arena keeps in reserve, come on top; what a runtime fuses takes less.
    /// </summary>
    /// <param name="path">The model's file.</param>
    /// <param name="sizes">The sizes of each input, every axis included; <see langword="null"/> where they are not known.</param>
    /// <returns>Bytes, or <see langword="null"/> where the shapes do not follow from the inputs.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="OnnxFormatException">The file is damaged.</exception>
    public static long? PeakBytes(string path, Func<OnnxPort, IReadOnlyList<long>?> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var file = OnnxModelFile.Load(path);
        var index = new OnnxGraphIndex(FunctionInliner.Inline(file.Model, path).Graph);
        var inputs = new Dictionary<string, ProbeTensor>(StringComparer.Ordinal);
        foreach (var name in index.Inputs)
        {
            var port = OnnxSignature.PortOf(index.ValueInfo(name)!);
            if (sizes(port) is not { } shape)
            {
                return null;
            }

            inputs[name] = new ProbeTensor(port.Type, [.. shape]);
        }

        return Peak(index, ShapeProbe.Run(index, file.Opset, inputs, static (_, _) => null).Values);
    }

    private static long? Peak(OnnxGraphIndex graph, IReadOnlyDictionary<string, ProbeTensor> values)
    {
        var buffers = new Dictionary<string, Buffer>(StringComparer.Ordinal);
        long alive = 0, peak = 0;
        for (var node = 0; node < graph.Nodes.Count; node++)
        {
            var proto = graph.Nodes[node];
            var first = proto.Input.Count > 0 ? buffers.GetValueOrDefault(proto.Input[0]) : null;
            foreach (var output in OnnxGraphIndex.OutputsOf(proto).Where(_ => proto.OpType != "Constant"))
            {
                if (BytesOf(values.GetValueOrDefault(output, ProbeTensor.Unknown)) is not { } bytes)
                {
                    return null;
                }

                var shares = first is not null && first.Bytes >= bytes && (Views.Contains(proto.OpType) || (InPlace.Contains(proto.OpType) && first.Uses == 1));
                var buffer = shares ? first! : new Buffer(bytes);
                buffer.Uses += graph.Consumers(output).Count + (graph.Outputs.Contains(output) ? 1 : 0);
                buffers[output] = buffer;
                alive += shares ? 0 : bytes;
            }

            peak = Math.Max(peak, alive);
            foreach (var buffer in graph.InputsOf(node).Select(buffers.GetValueOrDefault).OfType<Buffer>())
            {
                alive -= --buffer.Uses == 0 ? buffer.Bytes : 0;
            }

            // Nobody reads some outputs: they are gone at once.
            foreach (var output in OnnxGraphIndex.OutputsOf(proto).Where(o => buffers.TryGetValue(o, out var unread) && unread.Uses == 0 && graph.Consumers(o).Count == 0))
            {
                alive -= buffers[output].Bytes;
                buffers.Remove(output);
            }
        }

        return peak;
    }

    private static long? BytesOf(ProbeTensor tensor) => tensor.Shape is null || tensor.Type == OnnxElementType.Undefined || tensor.Shape.Any(size => size < 0)
        ? null
        : (long)Math.Min(long.MaxValue / 4, tensor.Shape.Aggregate(Math.Max(1, tensor.Type.BitSize() / 8.0), (bytes, size) => bytes * size));

    private sealed class Buffer(long bytes)
    {
        public long Bytes => bytes;

        public int Uses { get; set; }
    }
}
