using CachePolicies.Onnx;

namespace CachePolicies.Fuzz;

/// <summary>The inputs and outputs of a graph, which are read without the rest.</summary>
internal sealed class OnnxPorts : FuzzedFormat
{
    public override string FileName => "model.onnx";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Sum()];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(OnnxFormatException)];

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => ProtobufMutator.Mutate(random, seed);

    public override void Read(string path) => OnnxSignature.Read(path);

    private static byte[] Sum()
    {
        var graph = new OnnxGraphBuilder("sum");
        var a = graph.Input("a", OnnxElementType.Float32, "batch", 4);
        var b = graph.Input("b", OnnxElementType.Float32, "batch", 4);
        graph.Output("y", graph.Add(graph.Mul(a, graph.Constant([1, 2, 3, 4], 4)), b), OnnxElementType.Float32, "batch", 4);
        return graph.ToBytes();
    }
}
