using System.Globalization;

namespace CachePolicies.Splitting;

/// <summary>An input of a denoiser.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Meaning">What it is: latent, timestep, text, pooled text, guidance, positions, mask or other.</param>
/// <param name="Type">The element type.</param>
/// <param name="Axes">The axes, the batch axis included; <see langword="null"/> where the model states none.</param>
public sealed record DenoiserInput(string Name, string Meaning, OnnxElementType Type, IReadOnlyList<OnnxDimension>? Axes);

/// <summary>A stack of repeated blocks.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Count">How many blocks it has.</param>
public sealed record DenoiserStack(string Name, int Count);

/// <summary>A tensor that crosses a boundary.</summary>
/// <param name="Name">Its name at the boundary.</param>
/// <param name="Kind"><c>state</c>, <c>conditioning</c>, <c>carried</c> or <c>signal</c>.</param>
/// <param name="Type">The element type.</param>
/// <param name="Axes">The axes without the batch axis.</param>
public sealed record BoundaryTensor(string Name, string Kind, OnnxElementType Type, IReadOnlyList<OnnxDimension> Axes)
{
    /// <summary>The graph's tensors that it is made of: one, or for a difference two; none for a number that shapes decide.</summary>
    public IReadOnlyList<string> GraphTensors { get; init; } = [];

    /// <summary>Where it holds the frames of a video; <see langword="null"/> where it holds none, or that could not be told.</summary>
    public DenoiserFrames? Frames { get; init; }
}

/// <summary>Where a tensor holds the frames of a video.</summary>
/// <param name="Axis">The axis along which they lie one after another, without the batch axis.</param>
/// <param name="Count">How many there are.</param>
public sealed record DenoiserFrames(int Axis, OnnxDimension Count);

/// <summary>A boundary.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">Its role, under the name that manifests have.</param>
/// <param name="Tensors">What crosses it.</param>
public sealed record DenoiserBoundary(string Name, string Role, IReadOnlyList<BoundaryTensor> Tensors);

/// <summary>A stage between two boundaries.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">The boundary that it starts at.</param>
/// <param name="To">The boundary that it leads to.</param>
/// <param name="Nodes">The nodes of its graph.</param>
/// <param name="Parameters">The numbers that its weights hold.</param>
/// <param name="WeightBytes">The bytes of its weights; weights that several stages use count in each.</param>
/// <param name="ComputeShare">The estimated share of the denoiser's arithmetic: products of matrices and convolutions, 0 to 1.</param>
public sealed record DenoiserStage(string Name, string From, string To, int Nodes, long Parameters, long WeightBytes, double ComputeShare);

/// <summary>What is computed once for a generation, before the stages.</summary>
/// <param name="Tensors">What it makes; stages read them as <c>prelude/name</c>.</param>
/// <param name="Nodes">The nodes of its graph.</param>
/// <param name="Parameters">The numbers that its weights hold.</param>
/// <param name="WeightBytes">The bytes of its weights.</param>
public sealed record DenoiserPrelude(IReadOnlyList<BoundaryTensor> Tensors, int Nodes, long Parameters, long WeightBytes);

/// <summary>What a denoiser is, and how it would be split.</summary>
/// <param name="Path">The model's file.</param>
/// <param name="Family">The architecture.</param>
/// <param name="IrVersion">The version of the format.</param>
/// <param name="Opset">The version of the operator set.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Output">The output's name.</param>
/// <param name="Stacks">The stacks of blocks, in order.</param>
/// <param name="Boundaries">The proposed boundaries, from the latents to the output.</param>
/// <param name="Stages">The stages between them.</param>
public sealed record DenoiserDescription(
    string Path,
    DenoiserFamily Family,
    long IrVersion,
    int Opset,
    IReadOnlyList<DenoiserInput> Inputs,
    string Output,
    IReadOnlyList<DenoiserStack> Stacks,
    IReadOnlyList<DenoiserBoundary> Boundaries,
    IReadOnlyList<DenoiserStage> Stages)
{
    /// <summary>What is computed once for a generation, before the stages; <see langword="null"/> where nothing is.</summary>
    public DenoiserPrelude? Prelude { get; init; }

    /// <summary>The batch where the model fixes it, so that lanes run one after another; <see langword="null"/> where it is free.</summary>
    public long? FixedBatch { get; init; }

    /// <summary>The bytes of all weights, each once.</summary>
    public long WeightBytes { get; init; }

    /// <summary>The bytes of weights that the model's file holds itself: a split copies them once.</summary>
    public long WeightBytesInside { get; init; }

    /// <summary>What a person should know before a split, a sentence each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    internal static DenoiserDescription Of(SplitPlan plan)
    {
        var graph = plan.Graph;
        var stages = Enumerable.Range(0, plan.Boundaries.Count - 1).Select(stage => StageOf(plan, stage)).ToList();
        var total = stages.Sum(stage => stage.ComputeShare);
        return new DenoiserDescription(
            graph.File.Path,
            plan.Family,
            graph.File.IrVersion,
            graph.File.Opset,
            [.. graph.Index.Inputs.Select(input => new DenoiserInput(input, graph.Inputs.MeaningOf(input), graph.Shapes.Of(input).Type, graph.Shapes.Of(input).Axes))],
            graph.Output,
            [.. plan.Blocks.GroupBy(block => block.Stack).Select(stack => new DenoiserStack(stack.Key, stack.Count()))],
            [.. plan.Boundaries.Select(boundary => new DenoiserBoundary(boundary.Name, boundary.Role, TensorsOf(boundary)))],
            [.. stages.Select(stage => stage with { ComputeShare = total > 0 ? stage.ComputeShare / total : 0 })])
        {
            Prelude = PreludeOf(plan),
            FixedBatch = plan.FixedBatch,
            WeightBytes = graph.Model.Graph.Initializer.Sum(weight => weight.ByteCount()),
            WeightBytesInside = Inside(graph),
            Notices = [.. NoticesOf(plan)],
        };
    }

    private static long Inside(DenoiserGraph graph) => graph.Model.AllTensors().Where(tensor => !tensor.IsExternal() && tensor.RawData.Length >= WeightStore.InlineBelow).Sum(tensor => (long)tensor.RawData.Length);

    private static IEnumerable<string> NoticesOf(SplitPlan plan)
    {
        if (plan.Graph.Inputs.Notice is { } notice)
        {
            yield return notice;
        }

        if (plan.FixedBatch is { } batch)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The batch is fixed at {batch}: the branches of guidance and the pictures of a request run one after another.");
        }
    }

    private static IReadOnlyList<BoundaryTensor> TensorsOf(PlannedBoundary boundary) =>
        [.. boundary.Tensors.Select(tensor => new BoundaryTensor(tensor.Name, ManifestBuilder.KindName(tensor.Kind), tensor.Type, tensor.Axes)
        {
            GraphTensors = [.. StageSlice.ValuesOf(tensor.Origin)],
            Frames = tensor.Frames is { } frames ? new DenoiserFrames(frames.Axis, frames.Count) : null,
        })];

    private static DenoiserPrelude? PreludeOf(SplitPlan plan)
    {
        if (plan.PreludePlan is not { } prelude)
        {
            return null;
        }

        var stage = StageOf(prelude, 0);
        return new DenoiserPrelude(TensorsOf(plan.Prelude!), stage.Nodes, stage.Parameters, stage.WeightBytes);
    }

    private static DenoiserStage StageOf(SplitPlan plan, int stage)
    {
        var graph = plan.Graph;
        var slice = new StageSlice(plan, stage);
        var nodes = Enumerable.Range(0, slice.Nodes.Length).Where(node => slice.Nodes[node]).ToList();
        var weights = nodes.SelectMany(graph.Index.InputsOf).Distinct(StringComparer.Ordinal)
            .Where(graph.Index.Initializers.ContainsKey).Select(name => graph.Index.Initializers[name]).ToList();
        return new DenoiserStage(
            plan.StageName(stage), plan.Boundaries[stage].Name, plan.Boundaries[stage + 1].Name, nodes.Count,
            weights.Sum(weight => weight.ElementCount()), weights.Sum(weight => weight.ByteCount()), nodes.Sum(node => Products.Cost(graph, graph.Index.Nodes[node])));
    }
}

/// <summary>Says what an exported ONNX denoiser is, without loading its weights.</summary>
public static class DenoiserInspector
{
    /// <summary>Describes a model and the split that would be made of it.</summary>
    /// <param name="path">The model's ONNX file.</param>
    /// <param name="options">What to do differently from what is found; none by default.</param>
    /// <exception cref="OnnxFormatException">The file is damaged.</exception>
    /// <exception cref="ModelSplitException">The model cannot be cut so.</exception>
    public static DenoiserDescription Inspect(string path, SplitOptions? options = null)
    {
        options ??= new SplitOptions();
        return DenoiserDescription.Of(SplitPlanner.Plan(OnnxModelFile.Load(path), options));
    }
}
