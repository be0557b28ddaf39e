using System.Globalization;

namespace CachePolicies.Onnx.Splitting;

/// <summary>Plans how a denoiser is split: the boundaries, and what crosses each of them under which name.</summary>
internal sealed class SplitPlanner
{
    private readonly DenoiserGraph _graph;
    private readonly SplitOptions _options;
    private readonly IReadOnlyList<DenoiserBlock> _blocks;
    private readonly CutProposal _proposal;
    private readonly List<PlannedBoundary> _boundaries = [];
    private readonly StateTracer _tracer;

    private SplitPlanner(DenoiserGraph graph, SplitOptions options)
    {
        _graph = graph;
        _options = options;
        _blocks = BlockFinder.Find(graph) is { Count: > 0 } named ? named : RepetitionFinder.Find(graph);
        if (_blocks.Count == 0)
        {
            throw new ModelSplitException(
                $"No repeated blocks were found in '{graph.File.Path}': its nodes carry no names of numbered modules ('/blocks.0/...'), and nothing in its structure repeats. A denoiser of blocks is right; export it with the modules' names.");
        }

        _proposal = new CutProposal(graph, _blocks, options);
        _tracer = new StateTracer(graph);
    }

    /// <summary>Plans a model.</summary>
    /// <exception cref="ModelSplitException">It cannot be cut so.</exception>
    public static SplitPlan Plan(DenoiserGraph graph, SplitOptions options) => new SplitPlanner(graph, options).Plan();

    private SplitPlan Plan()
    {
        var cuts = _proposal.Propose();
        AddLatent();
        foreach (var cut in cuts)
        {
            _boundaries.Add(new PlannedBoundary(cut.Name, cut.Role, cut.Inside));
        }

        AddOutput();
        for (var i = 1; i < _boundaries.Count - 1; i++)
        {
            NameStates(i, cuts[i - 1].States);
        }

        var prelude = AddSharedConditioning();
        var plan = new SplitPlan(_graph, Family(), _blocks, Inputs(), _boundaries) { Prelude = prelude.Tensors.Count > 0 ? prelude : null };
        AddMissing(plan);
        AddSignals();
        AddFrames();
        return plan;
    }

    private void AddLatent()
    {
        var latent = new PlannedBoundary("latent", "latent", new bool[_graph.Index.Nodes.Count]);
        latent.Tensors.Add(State("image", _graph.Latent, "latent"));
        _boundaries.Add(latent);
    }

    private void AddOutput()
    {
        var output = new PlannedBoundary("output", "output", _graph.IsDynamic);
        output.Tensors.Add(State("image", _graph.Output, "output"));
        _boundaries.Add(output);
    }

    private void NameStates(int index, IReadOnlyList<string>? asked)
    {
        var boundary = ExtendPastSelection(index);
        var born = CrossingValues(boundary).Where(value => !Crosses(_boundaries[index - 1], value)).ToList();
        var floats = born.Where(value => _graph.Shapes.Of(value).IsFloatingPoint).ToList();
        var next = floats.Where(value => ConsumersIn(value, index).Any()).ToList();
        // What a U-Net's stage ends with goes on; the rest are skip connections.
        var states = asked?.ToList() ?? (_proposal.IsUNet ? [.. next.TakeLast(1)] : next);
        if (states.Count == 0)
        {
            throw new ModelSplitException($"Nothing that the blocks transform crosses the boundary '{boundary.Name}'.");
        }

        foreach (var (value, name) in _tracer.Name(_boundaries[index - 1], states))
        {
            AddState(boundary, index, value, name);
        }

        if (boundary.Tensors.FindIndex(tensor => tensor.Name == "image") is > 0 and var image)
        {
            var primary = boundary.Tensors[image];
            boundary.Tensors.RemoveAt(image);
            boundary.Tensors.Insert(0, primary);
        }

        // What later stages read past the next one: skip connections.
        var skips = asked is not null ? [] : floats.Where(value => (_proposal.IsUNet && next.Contains(value) && !states.Contains(value))
            || Enumerable.Range(index + 1, _boundaries.Count - index - 2).Any(later => ConsumersIn(value, later).Any()));
        foreach (var (value, number) in skips.Select((value, number) => (value, number)))
        {
            boundary.Tensors.Add(Plain(string.Create(CultureInfo.InvariantCulture, $"skip{number}"), PlannedKind.Carried, value, boundary.Name));
        }
    }

    private void AddState(PlannedBoundary boundary, int index, string value, StateName name)
    {
        var previous = _boundaries[index - 1];
        if (name.Parts is not { } parts)
        {
            boundary.Tensors.Add(State(name.Name, value, boundary.Name));
            if (previous.Tensors.Find(tensor => tensor.Name == name.Name) is { Origin: TensorOrigin.Whole before })
            {
                AddResidual(boundary, name.Name, value, before.Value);
            }
        }
        else
        {
            boundary.Concatenations.Add(new Concatenation(value, name.Axis, [.. parts]));
            for (var part = 0; part < parts.Count; part++)
            {
                var origin = previous.Tensors.Single(tensor => tensor.Name == parts[part]);
                boundary.Tensors.Add(origin with { Kind = PlannedKind.State, Origin = new TensorOrigin.Part(value, name.Axis, part) });
            }

            AddResidual(boundary, "image", value, name.Root);
        }

        // A stream that starts as conditioning (text tokens before the first block) is state from the embedding on.
        if (name.Conditioning is { } start && index >= 2 && _boundaries[1].Tensors.TrueForAll(tensor => tensor.Name != name.Name))
        {
            _boundaries[1].Tensors.Add(State(name.Name, start, "embedded"));
        }
    }

    // What the first detail block adds to the image tokens, or to all tokens where they are one tensor there.
    private void AddResidual(PlannedBoundary boundary, string name, string value, string? start)
    {
        if (boundary.Role == "detail.probe" && name == "image" && start is not null && _graph.Shapes.Of(value) is { Axes: { } axes } shape
            && _graph.Shapes.Of(start).Axes?.SequenceEqual(axes) == true)
        {
            boundary.Tensors.Add(new PlannedTensor("residual", PlannedKind.Signal, new TensorOrigin.Difference(value, start), shape.Type, [.. axes.Skip(1)]));
        }
    }

    // After the last block of a joint stream the model keeps the image tokens: what is thrown away does not cross.
    private PlannedBoundary ExtendPastSelection(int index)
    {
        var boundary = _boundaries[index];
        if (boundary.Role != "detail")
        {
            return boundary;
        }

        var crossing = CrossingValues(boundary).Where(value => _graph.Shapes.Of(value).IsFloatingPoint).ToList();
        var readers = crossing.SelectMany(value => ConsumersIn(value, index)).ToList();
        if (crossing.Count != 1 || readers.Count == 0 || !readers.TrueForAll(node => _graph.Index.Nodes[node].OpType is "Slice" or "Split"))
        {
            return boundary;
        }

        var needed = _graph.Index.NeededFor(readers.SelectMany(node => OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node])));
        return _boundaries[index] = boundary with { Inside = [.. boundary.Inside.Select((inside, node) => inside || (needed[node] && _graph.IsDynamic[node]))] };
    }

    private IEnumerable<string> CrossingValues(PlannedBoundary boundary) => Enumerable.Range(0, boundary.Inside.Length)
        .Where(node => boundary.Inside[node])
        .SelectMany(node => OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]))
        .Where(value => Crosses(boundary, value));

    private bool Crosses(PlannedBoundary boundary, string value) =>
        _graph.Index.Producer(value) is >= 0 and var node && boundary.Inside[node]
        && Readers(value).Any(consumer => !boundary.Inside[consumer]);

    // The nodes of the stage that starts at a boundary which read a value.
    private IEnumerable<int> ConsumersIn(string value, int index) => Readers(value).Where(node => StageOf(node) == index);

    // Who asks for the shape alone gets it otherwise.
    private IEnumerable<int> Readers(string value) =>
        _graph.Index.Consumers(value).Where(node => _graph.IsDynamic[node] && _graph.Index.Nodes[node].OpType != "Shape");

    private int StageOf(int node) => _boundaries.FindIndex(boundary => boundary.Inside[node]) - 1;

    // What several stages need and the latents do not change is computed once: with the embedding where the timestep matters, else before it in the
    // prelude, once for a generation.
    private PlannedBoundary AddSharedConditioning()
    {
        var count = _graph.Index.Nodes.Count;
        var stages = new ulong[count];
        var starts = _boundaries[1].Tensors.SelectMany(tensor => StageSlice.ValuesOf(tensor.Origin)).ToHashSet(StringComparer.Ordinal);
        for (var node = count - 1; node >= 0; node--)
        {
            if (_graph.IsDynamic[node])
            {
                stages[node] = 1UL << StageOf(node);
            }
            else if (_graph.IsConditioning[node])
            {
                // A state that starts as conditioning is made with the embedding.
                stages[node] = OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]).Any(starts.Contains) ? 1UL : 0;
                foreach (var consumer in OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]).SelectMany(_graph.Index.Consumers))
                {
                    stages[node] |= stages[consumer];
                }
            }
        }

        bool IsShared(int node) => _graph.IsConditioning[node] && ((stages[node] & 1) != 0 || System.Numerics.BitOperations.PopCount(stages[node]) > 1);
        bool IsPrelude(int node) => IsShared(node) && !_graph.FollowsTimestep[node];

        var embedded = _boundaries[1];
        var prelude = new PlannedBoundary(SplitPlan.PreludeName, SplitPlan.PreludeName, new bool[count]);
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var node = 0; node < count; node++)
        {
            if (!IsShared(node))
            {
                continue;
            }

            foreach (var value in OnnxGraphIndex.OutputsOf(_graph.Index.Nodes[node]).Where(IsWorthKeeping))
            {
                var consumers = _graph.Index.Consumers(value);
                var state = embedded.Tensors.Find(tensor => StageSlice.ValuesOf(tensor.Origin).Contains(value));
                if (IsPrelude(node))
                {
                    if (state is not null || consumers.Any(consumer => _graph.IsDynamic[consumer] || (_graph.IsConditioning[consumer] && stages[consumer] != 0 && !IsPrelude(consumer))))
                    {
                        prelude.Tensors.Add(Condition(Unique(taken, state?.Name ?? NameOf(node)), value));
                    }
                }
                else if (state is null && consumers.Any(consumer =>
                    (_graph.IsDynamic[consumer] && StageOf(consumer) >= 1) || (_graph.IsConditioning[consumer] && !IsShared(consumer) && stages[consumer] > 1)))
                {
                    embedded.Tensors.Add(Condition(Unique(taken, NameOf(node)), value));
                }
            }
        }

        return prelude;
    }

    // Integers that come from shapes are worked out in each stage.
    private bool IsWorthKeeping(string value) => _graph.Shapes.Of(value) is { IsFloatingPoint: true } or { Axes.Count: >= 2 };

    private string NameOf(int node) => _graph.Index.Nodes[node].OpType switch
    {
        "Cos" => "rotary.cos",
        "Sin" => "rotary.sin",
        _ => _graph.FollowsTimestep[node] ? "vec" : "context",
    };

    private static string Unique(Dictionary<string, int> taken, string name)
    {
        var count = taken[name] = taken.GetValueOrDefault(name) + 1;
        return count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}{count}");
    }

    // Numbers that come from the latents' shape and that no later stage can work out anew are handed on like conditioning; anything
    // else that a stage lacks went around a cut.
    private void AddMissing(SplitPlan plan)
    {
        for (var stage = 0; stage < _boundaries.Count - 1; stage++)
        {
            foreach (var value in new StageSlice(plan, stage).Missing)
            {
                if (stage == 0 || !plan.CanBeHandedOn(value))
                {
                    throw new ModelSplitException(
                        $"The cut '{_boundaries[stage]}' does not separate the graph: '{value}' ({_graph.Shapes.Of(value)}) crosses around it into the stage that leads to '{_boundaries[stage + 1]}'. Name it among the cut's tensors, or cut elsewhere.");
                }

                if (!_boundaries[1].Tensors.Exists(tensor => StageSlice.ValuesOf(tensor.Origin).Contains(value)))
                {
                    _boundaries[1].Tensors.Add(Condition(string.Create(CultureInfo.InvariantCulture, $"size{_boundaries[1].Tensors.Count}"), value));
                }
            }
        }
    }

    private void AddSignals()
    {
        if (!_proposal.IsUNet && FindModulated() is { } modulated)
        {
            _boundaries[1].Tensors.Add(Plain("modulated", PlannedKind.Signal, modulated, "embedded"));
        }

        foreach (var (name, value) in _options.Signals)
        {
            var slash = name.LastIndexOf('/');
            var boundary = slash < 0 ? null : _boundaries.Find(candidate => candidate.Name == name[..slash]);
            if (boundary is null || boundary.Role == "latent")
            {
                throw new ModelSplitException($"The signal '{name}' is at no boundary; 'boundary/name' with one of {string.Join(", ", _boundaries.Skip(1))} is right.");
            }

            if (!_graph.IsDynamicValue(value))
            {
                throw new ModelSplitException($"The signal '{name}' is '{value}', which no node computes from the latents.");
            }

            boundary.Tensors.RemoveAll(tensor => tensor.Name == name[(slash + 1)..] && tensor.Kind == PlannedKind.Signal);
            boundary.Tensors.Add(Plain(name[(slash + 1)..], PlannedKind.Signal, value, boundary.Name));
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

    // What the first block's first product with weights reads: the normalised, scaled and shifted tokens.
    private string? FindModulated()
    {
        var image = _boundaries[1].Tensors[0];
        foreach (var node in _blocks[0].Nodes)
        {
            var candidate = _graph.Index.Nodes[node];
            if (candidate.OpType is "MatMul" or "Gemm" && candidate.Input[0] is var value && _graph.Index.Producer(value) is >= 0 and var source
                && _graph.IsDynamic[source] && !_boundaries[1].Inside[source]
                && _graph.Shapes.Of(value) is { HasBatch: true } shape && shape.Axes!.Skip(1).SequenceEqual(image.Axes))
            {
                return value;
            }
        }

        return null;
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
            : new PlannedInput(input, input, Portable(shape.Type), [.. shape.HasBatch ? shape.Axes.Skip(1) : shape.Axes], true);
    })];

    private PlannedTensor State(string name, string value, string boundary) => Plain(name, PlannedKind.State, value, boundary);

    private PlannedTensor Plain(string name, PlannedKind kind, string value, string boundary)
    {
        var shape = Known(value, boundary);
        if (!shape.HasBatch)
        {
            throw new ModelSplitException(
                $"'{value}' ({shape}), which crosses the boundary '{boundary}', has no free batch axis; export the model with its first axis free.");
        }

        return new PlannedTensor(name, kind, new TensorOrigin.Whole(value), shape.Type, [.. shape.Axes!.Skip(1)]);
    }

    private PlannedTensor Condition(string name, string value)
    {
        var shape = Known(value, "embedded");
        var generation = _graph.Index.Producer(value) is var node && (node < 0 || (!_graph.FollowsTimestep[node] && !_graph.IsDynamic[node]));
        var axes = shape.HasBatch ? shape.Axes!.Skip(1) : shape.Axes!;
        TensorOrigin origin = shape.HasBatch && Portable(shape.Type) == shape.Type ? new TensorOrigin.Whole(value) : new TensorOrigin.PerLane(value);
        return new PlannedTensor(name, PlannedKind.Conditioning, origin, Portable(shape.Type), [.. axes], generation);
    }

    private ValueShape Known(string value, string boundary) => _graph.Shapes.Of(value) is { Axes: not null } shape
        ? shape
        : throw new ModelSplitException(
            $"The shape of '{value}', which crosses the boundary '{boundary}', could not be found; state it in the model (for example with ONNX shape inference).");

    // Manifests know four element types; truth values and other integers travel as 64-bit integers.
    private static OnnxElementType Portable(OnnxElementType type) => type switch
    {
        OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Int64 => type,
        OnnxElementType.Float64 => OnnxElementType.Float32,
        _ => OnnxElementType.Int64,
    };
}
