using CachePolicies.Onnx.Schema;

namespace CachePolicies.Onnx;

/// <summary>
/// The module that a node was exported from, as a dotted path (<c>transformer_blocks.3.attn.to_q</c>): from the metadata that the
/// newer PyTorch exporter writes, else from the node's name, else from the names of what it makes and of the weights that it reads: an
/// optimizer that fuses nodes names them itself and leaves the tensors' names.
/// </summary>
internal static class OnnxScope
{
    private const string NameScopes = "pkg.torch.onnx.name_scopes";
    private const string Namespace = "namespace";

    /// <summary>The node's module path; empty at the top of the model or where the exporter left nothing.</summary>
    public static string Of(NodeProto node)
    {
        foreach (var entry in node.MetadataProps)
        {
            switch (entry.Key)
            {
                case NameScopes:
                    return FromNameScopes(entry.Value);
                case Namespace:
                    return FromNamespace(entry.Value);
                default:
                    break;
            }
        }

        return FromName(node.Name) is { Length: > 0 } scope ? scope
            : node.Output.Select(FromName).FirstOrDefault(found => found.Length > 0)
            ?? node.Input.Select(FromWeight).FirstOrDefault(found => found.Length > 0)
            ?? "";
    }

    // "transformer_blocks.3.attn.to_q.weight": the parameter last.
    private static string FromWeight(string name) =>
        !name.Contains('/', StringComparison.Ordinal) && name.Split('.') is { Length: > 2 } parts && parts[1..^1].Any(part => part.Length > 0 && part.All(char.IsAsciiDigit))
            ? string.Join('.', parts[..^1])
            : "";

    // "/transformer_blocks.3/attn/to_q/MatMul_1": modules by their attribute names, the operation last.
    private static string FromName(string name)
    {
        if (!name.StartsWith('/'))
        {
            return "";
        }

        var end = name.LastIndexOf('/');
        return end <= 0 ? "" : name[1..end].Replace('/', '.');
    }

    // "['', 'transformer_blocks.3', 'transformer_blocks.3.attn', 'linear_5']": full module paths, the operation last.
    private static string FromNameScopes(string value)
    {
        var items = value.Trim().TrimStart('[').TrimEnd(']').Split(',', StringSplitOptions.TrimEntries);
        return items.Length < 2 ? "" : items[^2].Trim('\'', '"');
    }

    // ": Flux/transformer_blocks.3: Block/transformer_blocks.3.attn: Attention/linear_5: aten.linear": path and type, the operation last.
    private static string FromNamespace(string value)
    {
        var items = value.Split('/');
        return items.Length < 2 ? "" : items[^2].Split(':')[0].Trim();
    }
}
