using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>
/// Passes values on where a model casts half precision to the type that it has already, as exporters leave it behind: on the processor ONNX Runtime makes a graph
/// of such casts that it then refuses.
/// </summary>
internal static class EmptyCasts
{
    /// <summary>The model without them; <see langword="null"/> where it has none.</summary>
    public static ModelProto? Remove(ModelProto model, ShapeTable shapes)
    {
        if (!model.Graph.Node.Any(IsEmpty))
        {
            return null;
        }

        var without = model.Clone();
        foreach (var node in without.Graph.Node.Where(IsEmpty))
        {
            node.OpType = "Identity";
            node.Attribute.Clear();
        }

        return without;

        bool IsEmpty(NodeProto node) => node is { OpType: "Cast", Domain: "" or "ai.onnx", Input.Count: 1 }
            && shapes.Of(node.Input[0]).Type is (OnnxElementType.Float16 or OnnxElementType.BFloat16) and var type
            && node.Attribute.FirstOrDefault(attribute => attribute.Name == "to")?.I == (long)type;
    }
}
