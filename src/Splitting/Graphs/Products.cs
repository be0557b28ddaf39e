using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>The operators that a denoiser's arithmetic is spent in: products of matrices, convolutions and attention, in all their fused and quantised forms.</summary>
internal static class Products
{
    /// <summary>Whether a node is one.</summary>
    public static bool Is(NodeProto node) => node.OpType is "MatMul" or "Gemm" or "Conv" or "ConvTranspose" or "Einsum" or "Attention" or "MultiHeadAttention" or "GroupQueryAttention"
        or "PackedAttention" or "PackedMultiHeadAttention" or "QAttention" or "QLinearMatMul" or "MatMulInteger" or "MatMulIntegerToFloat" or "DynamicQuantizeMatMul"
        or "ConvInteger" or "QLinearConv" or "MatMulNBits" or "MatMulBnb4" or "MatMulFpQ4" or "FusedMatMul" or "FusedGemm" or "FusedConv" or "NhwcConv" or "NhwcFusedConv" or "GemmFloat8";

    /// <summary>The features that a product reads, where its other input is weights or not looked at; <see langword="null"/> for what is not a product of one feature.</summary>
    public static string? Feature(NodeProto node) => Is(node) && node.OpType is not ("Einsum" or "Attention" or "MultiHeadAttention" or "GroupQueryAttention") && node.Input.Count > 0 ? node.Input[0] : null;

    /// <summary>The weights that a product reads, or <see langword="null"/> where it is another operator.</summary>
    public static string? Weight(NodeProto node) => node.OpType switch
    {
        "QLinearMatMul" or "QLinearConv" when node.Input.Count > 3 => node.Input[3],
        _ when Feature(node) is not null && node.Input.Count > 1 => node.Input[1],
        _ => null,
    };

    /// <summary>Whether a node gives what it reads another number format: the same features to whoever looks at them.</summary>
    public static bool IsFormat(NodeProto node) => node.OpType is "Cast" or "Identity" or "DynamicQuantizeLinear" or "QuantizeLinear" or "DequantizeLinear";

    /// <summary>The multiplications of a node: elements of the result times the length of the axis that is summed.</summary>
    public static double Cost(DenoiserGraph graph, NodeProto node)
    {
        if (!Is(node) || node.Output.Count == 0)
        {
            return 0;
        }

        var result = graph.Shapes.ElementCount(node.Output[0]);
        return node.OpType switch
        {
            "MatMulNBits" or "MatMulBnb4" or "MatMulFpQ4" => result * (node.Attribute.FirstOrDefault(attribute => attribute.Name == "K")?.I ?? 1),
            "Conv" or "ConvInteger" or "FusedConv" or "NhwcConv" or "NhwcFusedConv" => result * PerOutput(graph, node.Input[1]),
            "QLinearConv" => result * PerOutput(graph, node.Input[3]),
            "Attention" or "MultiHeadAttention" when node.Input.Count > 1 => 2 * result * Tokens(graph, node.Input[1]),
            "Einsum" => result,
            _ => result * Math.Max(1, Last(graph, node.Input[0])),
        };
    }

    private static double PerOutput(DenoiserGraph graph, string weights) => graph.Shapes.ElementCount(weights) / Math.Max(1, graph.Shapes.Of(weights).Axes is [{ Value: { } size }, ..] ? size : 1);

    private static double Tokens(DenoiserGraph graph, string keys) => graph.Shapes.Of(keys).Axes is { Count: >= 3 } axes && graph.Shapes.AxisSizes(keys, axes.Count - 2) is { } sizes ? sizes[0] : 1;

    private static double Last(DenoiserGraph graph, string value) => graph.Shapes.Of(value).Axes is { Count: > 0 } axes && graph.Shapes.AxisSizes(value, axes.Count - 1) is { } sizes ? sizes[0] : 1;
}
