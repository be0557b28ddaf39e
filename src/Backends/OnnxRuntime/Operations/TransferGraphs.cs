using System.Collections.Immutable;
using System.Globalization;
using CachePolicies.Onnx;

namespace CachePolicies.Backends.OnnxRuntime;

/// <summary>The graphs that move tensors and change no number.</summary>
internal static class TransferGraphs
{
    /// <summary>Single rows one after the other.</summary>
    public static (byte[] Model, SessionPorts Ports) Gather(ElementType type, int rank, int count)
    {
        var graph = new OnnxGraphBuilder("gather");
        var rows = Enumerable.Range(0, count).Select(i => graph.Input(Row(i), type.ToGraph(), Dimensions(1, rank))).ToArray();
        graph.Output("batch", graph.Concat(0, rows), type.ToGraph(), Dimensions(count, rank));
        return (graph.ToBytes(), new SessionPorts(Rows(count), ["batch"], []));
    }

    /// <summary>A batch taken apart into rows.</summary>
    public static (byte[] Model, SessionPorts Ports) Scatter(ElementType type, int rank, int count)
    {
        var graph = new OnnxGraphBuilder("scatter");
        var parts = graph.Split(graph.Input("batch", type.ToGraph(), Dimensions(count, rank)), 0, [.. Enumerable.Repeat(1L, count)]);
        for (var i = 0; i < count; i++)
        {
            graph.Output(Row(i), parts[i], type.ToGraph(), Dimensions(1, rank));
        }

        return (graph.ToBytes(), new SessionPorts(["batch"], Rows(count), []));
    }

    /// <summary>A few numbers from host memory, as a tensor.</summary>
    public static (byte[] Model, SessionPorts Ports) Numbers(TensorShape shape, int rows)
    {
        var graph = new OnnxGraphBuilder("numbers");
        var count = checked((int)(shape.ElementCount * rows));
        ImmutableArray<string> names = [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"number{i}"))];
        var numbers = names.Select(n => OperationGraph.ToDevice(graph, graph.Input(n, OnnxElementType.Float32))).ToArray();
        var joined = count == 1 ? numbers[0] : graph.Concat(0, numbers);
        var sizes = new TensorKey(ElementType.Float32, shape, rows).BatchedShape();
        graph.Output("tensor", sizes.Length == 1 ? joined : graph.Reshape(joined, sizes), OnnxElementType.Float32, [.. sizes.Select(s => (OnnxDimension)s)]);
        return (graph.ToBytes(), new SessionPorts([], ["tensor"], names));
    }

    /// <summary>A copy; where one side is bound in host memory, across memories.</summary>
    public static byte[] Copy(ElementType type, int rank)
    {
        var graph = new OnnxGraphBuilder("copy");
        graph.Output("to", graph.Identity(graph.Input("from", type.ToGraph(), Dimensions("n", rank))), type.ToGraph(), Dimensions("n", rank));
        return graph.ToBytes();
    }

    private static ImmutableArray<string> Rows(int count) => [.. Enumerable.Range(0, count).Select(Row)];

    private static string Row(int index) => string.Create(CultureInfo.InvariantCulture, $"row{index}");

    private static OnnxDimension[] Dimensions(OnnxDimension batch, int rank) =>
        [batch, .. Enumerable.Range(1, rank).Select(a => (OnnxDimension)string.Create(CultureInfo.InvariantCulture, $"a{a}"))];
}
