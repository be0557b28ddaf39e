using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>
/// Takes apart an input that holds more than the noisy latents: models that fill in pictures read mask and masked picture as further channels of it, and
/// models that start from a picture read that picture so. What is not noisy becomes an input of its own.
/// </summary>
internal static class ConditionChannels
{
    /// <summary>What the input with the further channels is called after the latents.</summary>
    public const string Suffix = ".condition";

    private const int ChannelAxis = 1;
    private const int LeastRank = 4;

    /// <summary>The name of the input that holds the further channels.</summary>
    public static string NameOf(string latent) => latent + Suffix;

    /// <summary>The model with an input for the first channels, as many as the output has, and one for the rest; <see langword="null"/> where the latents are all that the input holds.</summary>
    public static ModelProto? TakeApart(ModelProto model, ShapeTable shapes, string latent, string output)
    {
        if (shapes.Of(latent).Axes is not { Count: >= LeastRank } read || shapes.Of(output).Axes is not { } made || made.Count != read.Count
            || read[ChannelAxis].Value is not { } all || made[ChannelAxis].Value is not { } noisy || noisy >= all)
        {
            return null;
        }

        var apart = model.Clone();
        var whole = apart.Graph.Input.First(input => input.Name == latent);
        var joined = $"{latent}#joined";
        foreach (var node in apart.Graph.Node)
        {
            Rename(node, latent, joined);
        }

        var condition = whole.Clone();
        condition.Name = NameOf(latent);
        condition.Type.TensorType.Shape.Dim[ChannelAxis].DimValue = all - noisy;
        whole.Type.TensorType.Shape.Dim[ChannelAxis].DimValue = noisy;
        apart.Graph.Input.Add(condition);
        apart.Graph.Node.Insert(0, new NodeProto
        {
            Name = joined,
            OpType = "Concat",
            Input = { latent, condition.Name },
            Output = { joined },
            Attribute = { new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = ChannelAxis } },
        });
        return apart;
    }

    private static void Rename(NodeProto node, string from, string to)
    {
        for (var i = 0; i < node.Input.Count; i++)
        {
            node.Input[i] = node.Input[i] == from ? to : node.Input[i];
        }

        foreach (var body in node.Attribute.SelectMany(attribute => attribute.Graphs.Append(attribute.G)).Where(graph => graph is not null))
        {
            foreach (var inner in body.Node)
            {
                Rename(inner, from, to);
            }
        }
    }
}
