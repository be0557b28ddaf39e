using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>A block of the denoiser: its stack's name, its number in the stack and its nodes, in order.</summary>
internal sealed record DenoiserBlock(string Stack, int Number, IReadOnlyList<int> Nodes)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stack}.{Number}");
}

/// <summary>Finds the repeated blocks of a denoiser by the module names that exporters leave.</summary>
internal static class BlockFinder
{
    // Fewer nodes than this are a layer of an embedding, not a block.
    private const int SmallestBlock = 8;

    /// <summary>The blocks in the order in which they run; empty where the nodes carry no names of repeated modules.</summary>
    public static IReadOnlyList<DenoiserBlock> Find(DenoiserGraph graph)
    {
        var blocks = new Dictionary<(string Stack, int Number), List<int>>();
        for (var node = 0; node < graph.Index.Nodes.Count; node++)
        {
            if (graph.IsDynamic[node] && Parse(OnnxScope.Of(graph.Index.Nodes[node])) is { } block)
            {
                if (!blocks.TryGetValue(block, out var nodes))
                {
                    blocks.Add(block, nodes = []);
                }

                nodes.Add(node);
            }
        }

        var found = blocks
            .Where(block => block.Value.Count >= SmallestBlock)
            .Select(block => new DenoiserBlock(block.Key.Stack, block.Key.Number, block.Value))
            // Blocks run in the order of their middles: an exporter may move a block's first nodes forward.
            .OrderBy(block => block.Nodes[block.Nodes.Count / 2])
            .ToList();
        if (UNetStacks.AreIn(found))
        {
            // A U-Net's output layers are numbered modules, too.
            found.RemoveAll(block => !UNetStacks.IsEncoder(block.Stack) && !UNetStacks.IsMiddle(block.Stack) && !UNetStacks.IsDecoder(block.Stack));
        }

        return found.Count >= 2 ? found : [];
    }

    // "transformer_blocks.3.attn.to_q" is in block 3 of "transformer_blocks"; a U-Net's middle is one block.
    private static (string Stack, int Number)? Parse(string scope)
    {
        var parts = scope.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (UNetStacks.IsMiddle(parts[i]))
            {
                return (string.Join('.', parts[..(i + 1)]), 0);
            }

            if (i > 0 && int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return (string.Join('.', parts[..i]), number);
            }
        }

        return null;
    }
}
