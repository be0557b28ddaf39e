using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>Plans how a denoiser is split: the boundaries, and what crosses each of them under which name.</summary>
internal sealed class SplitPlanner
{
    private readonly DenoiserGraph _graph;
    private readonly SplitOptions _options;
    private readonly IReadOnlyList<DenoiserBlock> _blocks;
    private readonly CutProposal _proposal;
    private readonly List<PlannedBoundary> _boundaries = [];
    private readonly TensorPlanner _tensors;

    private SplitPlanner(DenoiserGraph graph, SplitOptions options)
    {
        _graph = graph;
        _options = options;
        _blocks = BlockFinder.Find(graph) is { Count: > 0 } named ? named : RepetitionFinder.Find(graph);
        if (_blocks.Count == 0)
        {
            throw new ModelSplitException(
                $"No repeated blocks were found in '{graph.File.Path}': its nodes carry no names of numbered modules ('/blocks.0/...'), and nothing in its structure repeats. Expected a denoiser made of blocks: export it with its modules' names.");
        }

        _proposal = new CutProposal(graph, _blocks, options);
        _tensors = new TensorPlanner(graph);
    }

    /// <summary>Plans a model.</summary>
    /// <exception cref="ModelSplitException">It cannot be cut so.</exception>
    public static SplitPlan Plan(OnnxModelFile file, SplitOptions options)
    {
        CheckPrediction(options.Prediction);
        return new SplitPlanner(new DenoiserGraph(file, options, new RuntimeOracle(file.Model.OpsetImport)), options).Plan();
    }

    private static void CheckPrediction(string? prediction)
    {
        if (prediction is not (null or "velocity" or "epsilon"))
        {
            throw new ModelSplitException($"The prediction '{prediction}' is not known; expected 'velocity' or 'epsilon'.");
        }
    }

    private SplitPlan Plan()
    {
        var cuts = _proposal.Propose();
        AddLatent();
        foreach (var cut in cuts)
        {
            _boundaries.Add(new PlannedBoundary(cut.Name, cut.Role, cut.Inside));
        }

        AddOutput();
        var states = new StatePlanner(_graph, _boundaries, _proposal.IsUNet);
        for (var i = 1; i < _boundaries.Count - 1; i++)
        {
            states.Add(i, cuts[i - 1].States);
        }

        var prelude = SharedConditioning.Add(_graph, _boundaries);
        var plan = new SplitPlan(_graph, Family(), _blocks, Inputs(), _boundaries) { Prelude = prelude.Tensors.Count > 0 ? prelude : null };
        AddMissing(plan);
        AddSignals();
        AddFrames();
        CheckOnce(plan);
        return plan;
    }

    private void AddLatent()
    {
        var latent = new PlannedBoundary("latent", "latent", new bool[_graph.Index.Nodes.Count]);
        latent.Tensors.Add(_tensors.State("image", _graph.Latent, "latent"));
        _boundaries.Add(latent);
    }

    private void AddOutput()
    {
        var output = new PlannedBoundary("output", "output", _graph.IsDynamic);
        output.Tensors.Add(_tensors.State("image", _graph.Output, "output"));
        _boundaries.Add(output);
    }

    // Numbers that the shapes of the inputs decide and that a later stage cannot work out are handed on like conditioning; anything else that a stage
    // lacks went around a cut.
    private void AddMissing(SplitPlan plan)
    {
        for (var stage = 0; stage < _boundaries.Count - 1; stage++)
        {
            foreach (var value in new StageSlice(plan, stage).Missing)
            {
                if (stage == 0 || !HandOn(new StageSlice(plan, stage), value))
                {
                    throw new ModelSplitException(
                        $"The cut '{_boundaries[stage]}' does not separate the graph: '{value}' ({_graph.Shapes.Of(value)}) crosses around it into the stage that leads to '{_boundaries[stage + 1]}'. Name it among the cut's tensors, or cut elsewhere.");
                }
            }
        }

        if (plan.PreludePlan is { } prelude && new StageSlice(prelude, 0).Missing is [var missing, ..])
        {
            throw new ModelSplitException($"'{missing}' ({_graph.Shapes.Of(missing)}) is needed before there are latents, and depends on them.");
        }
    }

    // The numbers of a shape that the stage lacks; false where the value is not made of such.
    private bool HandOn(StageSlice slice, string value)
    {
        if (_graph.Shapes.Of(value) is not { Type: OnnxElementType.Int64, Axes.Count: <= 1 } || _graph.IsDynamicValue(value) || _graph.Shapes.Elements(value) is not { } elements)
        {
            return false;
        }

        foreach (var sizes in elements.Where(sizes => slice.Resolve(sizes) is null))
        {
            var known = _boundaries[1].Tensors.Exists(tensor => tensor.Origin is TensorOrigin.ShapeNumber number && number.Sizes.SequenceEqual(sizes));
            if (!known && !_graph.Shapes.IsSameForAllBatches(sizes))
            {
                return false;
            }

            if (!known)
            {
                var name = _graph.Shapes.Named(sizes).Name is { } axis && _graph.Shapes.FreeAxes.Contains(axis) ? axis : string.Create(CultureInfo.InvariantCulture, $"{_boundaries[1].Tensors.Count}");
                _boundaries[1].Tensors.Add(TensorPlanner.Number($"size.{name}", sizes));
            }
        }

        return true;
    }

    // No product, no normalisation with parameters and no body of a block is computed in two stages.
    private void CheckOnce(SplitPlan plan)
    {
        var owner = new Dictionary<int, int>();
        for (var stage = 0; stage < _boundaries.Count - 1; stage++)
        {
            var nodes = new StageSlice(plan, stage).Nodes;
            for (var node = 0; node < nodes.Length; node++)
            {
                if (nodes[node] && _graph.IsDynamic[node] && _graph.IsWork(node) && !owner.TryAdd(node, stage))
                {
                    throw new ModelSplitException(
                        $"{OnnxGraphIndex.Describe(_graph.Index.Nodes[node])} would be computed twice, in the stages that lead to '{_boundaries[owner[node] + 1]}' and '{_boundaries[stage + 1]}'; cut elsewhere.");
                }
            }
        }
    }

    private void AddSignals()
    {
        if (!_proposal.IsUNet && FindModulated() is { } modulated)
        {
            _boundaries[1].Tensors.Add(_tensors.Plain("modulated", PlannedKind.Signal, modulated, "embedded"));
        }

        foreach (var (name, value) in _options.Signals)
        {
            var slash = name.LastIndexOf('/');
            var boundary = slash < 0 ? null : _boundaries.Find(candidate => candidate.Name == name[..slash]);
            if (boundary is null || boundary.Role == "latent")
            {
                throw new ModelSplitException($"The signal '{name}' is at no boundary; expected 'boundary/name' with one of {string.Join(", ", _boundaries.Skip(1))}.");
            }

            if (!_graph.IsDynamicValue(value))
            {
                throw new ModelSplitException($"The signal '{name}' is '{value}', which no node computes from the latents.");
            }

            boundary.Tensors.RemoveAll(tensor => tensor.Name == name[(slash + 1)..] && tensor.Kind == PlannedKind.Signal);
            boundary.Tensors.Add(_tensors.Plain(name[(slash + 1)..], PlannedKind.Signal, value, boundary.Name));
        }
    }

    private void AddFrames()
    {
        var tracer = new FrameTracer(_graph);
        for (var i = 0; i < _boundaries.Count; i++)
        {
            var before = i == 0 ? [] : _boundaries[i - 1].Tensors;
            var tensors = _boundaries[i].Tensors;
            for (var t = 0; t < tensors.Count; t++)
            {
                tensors[t] = tensors[t] with { Frames = FramesOf(tensors[t], tracer, before) };
            }
        }
    }

    // A state's tokens keep their order from boundary to boundary, also where the trace ends between them.
    private static PlannedFrames? FramesOf(PlannedTensor tensor, FrameTracer tracer, List<PlannedTensor> before) => tensor.Origin switch
    {
        TensorOrigin.Whole(var value) when tracer.Of(value) is { } frames => frames,
        TensorOrigin.Difference(var value, _) => tracer.Of(value),
        _ when tensor.Kind == PlannedKind.State => before.Find(same => same.Name == tensor.Name && same.Axes.SequenceEqual(tensor.Axes))?.Frames,
        _ => null,
    };

    // What the first block's first product with weights reads: the normalised, scaled and shifted tokens, before they are quantised.
    private string? FindModulated()
    {
        var image = _boundaries[1].Tensors[0];
        foreach (var node in _blocks[0].Nodes)
        {
            if (Products.Feature(_graph.Index.Nodes[node]) is { } feature && Unformatted(feature) is var value && _graph.Index.Producer(value) is >= 0 and var source
                && _graph.IsDynamic[source] && !_boundaries[1].Inside[source]
                && _graph.Shapes.Of(value) is { HasBatch: true } shape && shape.Axes!.Skip(1).SequenceEqual(image.Axes))
            {
                return value;
            }
        }

        return null;
    }

    private string Unformatted(string value)
    {
        while (!_graph.Shapes.Of(value).IsFloatingPoint && _graph.Index.Producer(value) is >= 0 and var node && Products.IsFormat(_graph.Index.Nodes[node]))
        {
            value = _graph.Index.Nodes[node].Input[0];
        }

        return value;
    }

    private DenoiserFamily Family()
    {
        if (_proposal.IsUNet)
        {
            return DenoiserFamily.UNet;
        }

        var dual = _boundaries.Skip(1).Any(boundary => boundary.Tensors.Count(tensor => tensor.Kind == PlannedKind.State) > 1);
        return _proposal.Stacks.Count > 1 && dual ? DenoiserFamily.DualThenSingleStream
            : dual ? DenoiserFamily.DualStream
            : _graph.Shapes.Of(_graph.Latent).Axes?.Count == 5 ? DenoiserFamily.Video
            : DenoiserFamily.SingleStream;
    }

    private List<PlannedInput> Inputs() => [.. _graph.Index.Inputs.Where(input => input != _graph.Latent).Select(input =>
    {
        var shape = _graph.Shapes.Of(input);
        if (shape.Axes is null)
        {
            throw new ModelSplitException($"'{_graph.File.Path}' does not state the shape of its input '{input}'.");
        }

        return input == _graph.Timestep
            ? new PlannedInput("timestep", input, OnnxElementType.Float32, [], false)
            : new PlannedInput(input, input, TensorPlanner.Portable(shape.Type), [.. shape.HasBatch ? shape.Axes.Skip(1) : shape.Axes], true);
    })];
}
