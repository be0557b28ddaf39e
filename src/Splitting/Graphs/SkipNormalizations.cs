using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>
/// Takes apart what optimizers fuse across blocks: a block's last sum and the next block's first normalisation. A boundary lies between the two.
/// </summary>
internal static class SkipNormalizations
{
    private const int Sum = 3, FirstOpset = 17;

    /// <summary>The model with sums and normalisations apart where the sum goes on; the same where there are none.</summary>
    public static ModelProto TakeApart(ModelProto model)
    {
        var opset = model.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version ?? 0;
        if (opset < FirstOpset || !model.Graph.Node.Any(IsFused))
        {
            return model;
        }

        var apart = model.Clone();
        apart.Graph.Node.Clear();
        apart.Graph.Node.AddRange(model.Graph.Node.SelectMany(node => IsFused(node) ? Parts(node) : [node]));
        return apart;
    }

    private static bool IsFused(NodeProto node) => node is { Domain: "com.microsoft", OpType: "SkipLayerNormalization" or "SkipSimplifiedLayerNormalization", Output.Count: > Sum }
        && node.Output[Sum].Length > 0 && node.Output[1].Length == 0 && node.Output[2].Length == 0;

    private static IEnumerable<NodeProto> Parts(NodeProto node)
    {
        var isSimplified = node.OpType == "SkipSimplifiedLayerNormalization";
        var bias = isSimplified ? 3 : 4;
        var hasBias = node.Input.Count > bias && node.Input[bias].Length > 0;
        var sum = node.Output[Sum];
        yield return new NodeProto { OpType = "Add", Input = { node.Input[0], node.Input[1] }, Output = { hasBias ? sum + "#unbiased" : sum } };
        if (hasBias)
        {
            yield return new NodeProto { OpType = "Add", Input = { sum + "#unbiased", node.Input[bias] }, Output = { sum } };
        }

        if (node.Output[0].Length > 0)
        {
            var normalised = new NodeProto { OpType = isSimplified ? "SimplifiedLayerNormalization" : "LayerNormalization", Input = { sum, node.Input[2] }, Output = { node.Output[0] } };
            if (!isSimplified && node.Input.Count > 3 && node.Input[3].Length > 0)
            {
                normalised.Input.Add(node.Input[3]);
            }

            normalised.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = -1 });
            normalised.Attribute.Add(new AttributeProto
            {
                Name = "epsilon",
                Type = AttributeProto.Types.AttributeType.Float,
                F = node.Attribute.FirstOrDefault(attribute => attribute.Name == "epsilon")?.F ?? 1e-12f,
            });
            yield return normalised;
        }
    }
}
