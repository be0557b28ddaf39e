namespace CachePolicies.Splitting;

/// <summary>A cut that is proposed: what is computed before it.</summary>
internal sealed record Cut(string Name, string Role, bool[] Inside, IReadOnlyList<string>? States = null);

/// <summary>Says where a denoiser is cut, by its blocks.</summary>
internal sealed class CutProposal(DenoiserGraph graph, IReadOnlyList<DenoiserBlock> blocks, SplitOptions options)
{
    /// <summary>Whether the blocks are those of a U-Net.</summary>
    public bool IsUNet { get; } = UNetStacks.AreIn(blocks);

    /// <summary>The stacks of a transformer, in order.</summary>
    public IReadOnlyList<string> Stacks { get; } = [.. blocks.Select(block => block.Stack).Distinct(StringComparer.Ordinal)];

    /// <summary>The cuts from the embedding to the last block, in order.</summary>
    public List<Cut> Propose()
    {
        var cuts = IsUNet ? ProposeUNet() : ProposeTransformer();
        foreach (var (name, values) in options.Cuts)
        {
            cuts.RemoveAll(cut => cut.Name == name);
            cuts.Add(Explicit(name, values));
        }

        cuts = [.. cuts.OrderBy(cut => cut.Inside.Count(inside => inside))];
        for (var i = 1; i < cuts.Count; i++)
        {
            if (cuts[i - 1].Inside.Zip(cuts[i].Inside, (before, after) => before && !after).Any(lost => lost))
            {
                throw new ModelSplitException($"The cuts '{cuts[i - 1].Name}' and '{cuts[i].Name}' cross: each must need all that the one before it needs.");
            }

            if (cuts[i - 1].Inside.SequenceEqual(cuts[i].Inside))
            {
                throw new ModelSplitException($"The cuts '{cuts[i - 1].Name}' and '{cuts[i].Name}' are at the same place; one boundary is enough.");
            }
        }

        return cuts;
    }

    /// <summary>The nodes that run before a block.</summary>
    public bool[] Before(DenoiserBlock block)
    {
        var inside = Through([.. block.Nodes]);
        foreach (var node in block.Nodes)
        {
            inside[node] = false;
        }

        // What the block computes and then uses itself stays in it.
        var after = graph.Index.ReachableFrom(block.Nodes.SelectMany(node => OnnxGraphIndex.OutputsOf(graph.Index.Nodes[node])));
        return [.. inside.Select((ran, node) => ran && !after[node])];
    }

    private List<Cut> ProposeTransformer()
    {
        var total = blocks.Count;
        var structure = Stacks.Count > 1
            ? blocks.Count(block => block.Stack == Stacks[0])
            : options.StructureBlocks ?? Math.Max(1, total / 2);
        if (structure < 1 || structure > total || options.ProbeDepth < 1)
        {
            throw new ModelSplitException($"Of {total} blocks, {structure} cannot define the structure with a probe of {options.ProbeDepth}; expected 1 to {total} and a probe of at least 1.");
        }

        var cuts = new List<Cut> { new("embedded", "embedded", Before(blocks[0])) };
        Add("structure.probe", "structure.probe", options.ProbeDepth, options.ProbeDepth < structure);
        Add($"structure.probe{options.ProbeDepth + 1}", "cut", options.ProbeDepth + 1, options.ProbeDepth + 1 < structure);
        Add("structure", "structure", structure, structure < total);
        Add("detail.probe", "detail.probe", structure + 1, structure + 1 < total);
        Add("detail.tail", "detail.tail", total - 1, total - 1 > structure + 1);
        Add("detail", "detail", total, true);
        return cuts;

        void Add(string name, string role, int count, bool wanted)
        {
            if (wanted)
            {
                cuts.Add(new Cut(name, role, Through([.. blocks.Take(count).SelectMany(block => block.Nodes)])));
            }
        }
    }

    // The probe ends after the encoder's first resnet and attention, before anything is downsampled: there, and after the decoder, features
    // have the same shape, so that a residual can span what lies between.
    private List<Cut> ProposeUNet()
    {
        var first = blocks[0];
        var probe = ProbeOf(first);
        var encoder = blocks.TakeWhile(block => !UNetStacks.IsDecoder(block.Stack)).ToList();
        var decoder = blocks.Skip(encoder.Count).ToList();
        var cuts = new List<Cut> { new("embedded", "embedded", Before(first)) };
        if (probe.Length > 0)
        {
            cuts.Add(new Cut("structure.probe", "structure.probe", Through(probe)));
        }

        cuts.Add(new Cut("structure", "structure", Through([.. encoder.SelectMany(block => block.Nodes)])));
        if (decoder.Count > 1)
        {
            cuts.Add(new Cut("detail.probe", "detail.probe", Through([.. encoder.Append(decoder[0]).SelectMany(block => block.Nodes)])));
        }

        cuts.Add(new Cut("detail", "detail", Through([.. blocks.SelectMany(block => block.Nodes)])));
        return cuts;
    }

    // A block of diffusers goes on to a downsampling; one of the original code is a resnet with its attention, and the downsampling is another.
    private int[] ProbeOf(DenoiserBlock first)
    {
        var probe = first.Nodes.Where(node => OnnxScope.Of(graph.Index.Nodes[node])[first.ToString().Length..] is var inner
            && (inner.StartsWith(".resnets.0", StringComparison.Ordinal) || inner.StartsWith(".attentions.0", StringComparison.Ordinal))).ToArray();
        return probe.Length > 0 ? probe.Length < first.Nodes.Count ? probe : []
            : blocks.Count(block => UNetStacks.IsEncoder(block.Stack)) > 1 ? [.. first.Nodes]
            : [];
    }

    private Cut Explicit(string name, IReadOnlyList<string> values)
    {
        if (name is "latent" or "output" or SplitPlan.PreludeName)
        {
            throw new ModelSplitException($"A cut cannot be called '{name}': every split has something of that name; choose another.");
        }

        foreach (var value in values)
        {
            if (graph.Index.Producer(value) is var node && (node < 0 || !graph.IsDynamic[node]))
            {
                throw new ModelSplitException($"The cut '{name}' names '{value}', which {(node < 0 ? "no node of the graph computes" : "does not depend on the latents")}.");
            }
        }

        string[] roles = ["embedded", "structure.probe", "structure", "detail.probe", "detail.tail", "detail"];
        return new Cut(name, roles.Contains(name) ? name : "cut", Through([.. values.Select(graph.Index.Producer)]), values);
    }

    /// <summary>The nodes that some nodes need, and these, as far as they depend on the latents.</summary>
    private bool[] Through(int[] nodes)
    {
        var needed = graph.Index.NeededFor(nodes.SelectMany(node => OnnxGraphIndex.OutputsOf(graph.Index.Nodes[node])));
        return [.. needed.Select((need, node) => need && graph.IsDynamic[node])];
    }
}
