using CachePolicies.Onnx.Schema;

namespace CachePolicies.Splitting;

/// <summary>A denoiser's graph with what each node depends on: the values of the latents, the other inputs, shapes alone, or constants alone.</summary>
internal sealed class DenoiserGraph
{
    public DenoiserGraph(OnnxModelFile file, SplitOptions options, IOperatorOracle? oracle = null)
    {
        File = file;
        Model = SkipNormalizations.TakeApart(FunctionInliner.Inline(file.Model, file.Path));
        Index = new OnnxGraphIndex(Model.Graph);
        if (Index.Outputs.Count != 1)
        {
            throw new ModelSplitException($"'{file.Path}' has {Index.Outputs.Count} outputs ({string.Join(", ", Index.Outputs)}); a denoiser has one, what it predicts.");
        }

        Output = Index.Outputs[0];
        Shapes = new ShapeTable(Index, file.Opset, oracle);
        Inputs = new DenoiserInputs(Index, Shapes, Output, options, file.Path);
        if (ConditionChannels.TakeApart(Model, Shapes, Latent, Output) is { } apart)
        {
            Model = apart;
            Index = new OnnxGraphIndex(Model.Graph);
            Shapes = new ShapeTable(Index, file.Opset, oracle);
            Inputs = new DenoiserInputs(Index, Shapes, Output, options, file.Path);
        }

        if (EmptyCasts.Remove(Model, Shapes) is { } without)
        {
            Model = without;
            Index = new OnnxGraphIndex(Model.Graph);
        }

        if (Shapes.FixedBatch is > 1)
        {
            throw new ModelSplitException($"'{file.Path}' has a batch that is fixed at {Shapes.FixedBatch}; export it with a batch that is free, or fixed at 1.");
        }

        var needed = Index.NeededFor([Output]);
        // Who asks for a shape alone does not depend on values.
        var fromLatent = Index.ReachableFrom([Latent], IsNoQuestionOfShape);
        var fromOthers = Index.ReachableFrom(Index.Inputs.Where(input => input != Latent));
        var fromShapes = Index.ReachableFrom([Latent]);
        IsDynamic = [.. needed.Zip(fromLatent, (a, b) => a && b)];
        IsConditioning = [.. needed.Select((need, node) => need && !fromLatent[node] && (fromOthers[node] || fromShapes[node]))];
        FollowsTimestep = Timestep is null ? new bool[needed.Length] : Index.ReachableFrom([Timestep], IsNoQuestionOfShape);
        IsSized = FindSized();
        FollowsLatentShape = FindLatentShape();
        if (Index.Producer(Output) is var last && (last < 0 || !IsDynamic[last]))
        {
            throw new ModelSplitException($"'{file.Path}': the output '{Output}' does not depend on the input '{Latent}', which was taken for the latents; name another one (--latent).");
        }
    }

    public OnnxModelFile File { get; }

    /// <summary>The model with its functions in place of their calls, sums apart from the normalisations that they were fused with, and latents apart from what is not noisy.</summary>
    public ModelProto Model { get; }

    public OnnxGraphIndex Index { get; }

    public ShapeTable Shapes { get; }

    /// <summary>What each input is.</summary>
    public DenoiserInputs Inputs { get; }

    /// <summary>The input that holds the noisy latents.</summary>
    public string Latent => Inputs.Latent;

    /// <summary>The input that holds the timestep, or <see langword="null"/>.</summary>
    public string? Timestep => Inputs.Timestep;

    public string Output { get; }

    /// <summary>By node: needed for the output and dependent on the values of the latents.</summary>
    public bool[] IsDynamic { get; }

    /// <summary>By node: needed for the output, dependent on other inputs or on shapes, and not on the values of the latents.</summary>
    public bool[] IsConditioning { get; }

    /// <summary>By node: dependent on the timestep.</summary>
    public bool[] FollowsTimestep { get; }

    /// <summary>By node: conditioning that asks for the shape of a value that depends on the latents.</summary>
    public bool[] IsSized { get; }

    /// <summary>By node: conditioning that changes with the shape of the latents, their batch aside.</summary>
    public bool[] FollowsLatentShape { get; }

    /// <summary>Whether a value is the latents or depends on their values.</summary>
    public bool IsDynamicValue(string value) => value == Latent || (Index.Producer(value) is >= 0 and var node && IsDynamic[node]);

    /// <summary>Whether a value depends on an input or on shapes, but not on the values of the latents.</summary>
    public bool IsConditioningValue(string value) =>
        Index.Producer(value) is >= 0 and var node ? IsConditioning[node] : value != Latent && Index.Inputs.Contains(value);

    /// <summary>
    /// Whether a node is work that must be done once: a product with weights or of two features, a normalisation with parameters, anything with a body of
    /// its own. The rest, the moving of elements and arithmetic element by element, may run in two stages where both need it.
    /// </summary>
    public bool IsWork(int node)
    {
        var proto = Index.Nodes[node];
        return Products.Is(proto) || proto.Attribute.Any(attribute => attribute.G is not null || attribute.Graphs.Count > 0)
            || Index.InputsOf(node).Any(input => Index.Initializers.TryGetValue(input, out var weight) && weight.Dims.Count > 1);
    }

    private static bool IsNoQuestionOfShape(NodeProto node) => !IsQuestionOfShape(node);

    /// <summary>Whether a node reads a value's shape alone.</summary>
    public static bool IsQuestionOfShape(NodeProto node) => node is { OpType: "Shape" or "Size", Domain: "" or "ai.onnx" };

    private bool[] FindSized()
    {
        var sized = new bool[Index.Nodes.Count];
        for (var node = 0; node < sized.Length; node++)
        {
            sized[node] = IsConditioning[node] && Index.InputsOf(node).Any(input => IsDynamicValue(input) || (Index.Producer(input) is >= 0 and var source && sized[source]));
        }

        return sized;
    }

    private bool[] FindLatentShape()
    {
        var follows = new bool[Index.Nodes.Count];
        var tainted = new HashSet<string>(StringComparer.Ordinal);
        for (var node = 0; node < follows.Length; node++)
        {
            var proto = Index.Nodes[node];
            if (!IsSized[node] || !Index.InputsOf(node).Any(input => IsDynamicValue(input) || tainted.Contains(input)))
            {
                continue;
            }

            foreach (var output in OnnxGraphIndex.OutputsOf(proto))
            {
                // Numbers that are fixed, or change with the batch alone, are known everywhere.
                if (Shapes.Elements(output) is not { } elements || !Array.TrueForAll(elements, IsKnownEverywhere))
                {
                    tainted.Add(output);
                    follows[node] = true;
                }
            }
        }

        return follows;

        bool IsKnownEverywhere(long[] sizes) => Array.TrueForAll(sizes, size => size == sizes[0]) || Shapes.IsBatch(sizes);
    }
}
