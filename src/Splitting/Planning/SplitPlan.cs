namespace CachePolicies.Splitting;

/// <summary>What a tensor at a boundary is, under the names of the manifest.</summary>
internal enum PlannedKind
{
    State,
    Conditioning,
    Carried,
    Signal,
}

/// <summary>How a boundary's tensor comes from the graph's values.</summary>
internal abstract record TensorOrigin
{
    /// <summary>The value itself.</summary>
    public sealed record Whole(string Value) : TensorOrigin;

    /// <summary>A part of a value along an axis: the last part starts where the others end.</summary>
    public sealed record Part(string Value, int Axis, int Number) : TensorOrigin;

    /// <summary>A value without a batch axis, repeated for each lane.</summary>
    public sealed record PerLane(string Value) : TensorOrigin;

    /// <summary>A number that the shapes of the inputs decide, with its sizes in all choices; handed on for each lane.</summary>
    public sealed record ShapeNumber(long[] Sizes) : TensorOrigin;

    /// <summary>The difference of two values.</summary>
    public sealed record Difference(string Value, string Base) : TensorOrigin;
}

/// <summary>A tensor at a boundary.</summary>
/// <param name="Name">Its name at the boundary.</param>
/// <param name="Kind">What a cache may do with it.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Type">The element type that it has there.</param>
/// <param name="Axes">Its axes without the batch axis.</param>
/// <param name="PerGeneration">For conditioning: whether it stays the same for a generation.</param>
internal sealed record PlannedTensor(
    string Name, PlannedKind Kind, TensorOrigin Origin, OnnxElementType Type, IReadOnlyList<OnnxDimension> Axes, bool PerGeneration = false)
{
    /// <summary>Where it holds the frames of a video, where that could be told.</summary>
    public PlannedFrames? Frames { get; init; }
}

/// <summary>Where a tensor at a boundary holds frames.</summary>
/// <param name="Axis">The axis along which they lie one after another, without the batch axis.</param>
/// <param name="Count">How many there are.</param>
internal sealed record PlannedFrames(int Axis, OnnxDimension Count);

/// <summary>A value that a boundary holds as several tensors, one after another along an axis.</summary>
internal sealed record Concatenation(string Value, int Axis, IReadOnlyList<string> Parts);

/// <summary>A place where the graph is cut.</summary>
/// <param name="Name">The boundary's name.</param>
/// <param name="Role">Its role under the manifest's names.</param>
/// <param name="Inside">By node: computed before the boundary.</param>
internal sealed record PlannedBoundary(string Name, string Role, bool[] Inside)
{
    public List<PlannedTensor> Tensors { get; } = [];

    public List<Concatenation> Concatenations { get; } = [];

    public string FullName(PlannedTensor tensor) => $"{Name}/{tensor.Name}";

    public override string ToString() => Name;
}

/// <summary>An input of the denoiser beside the latents.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Value">Its name in the graph.</param>
/// <param name="Type">Its element type in the manifest.</param>
/// <param name="Axes">Its axes in the manifest, without the batch axis.</param>
/// <param name="PerGeneration">Whether it stays the same for a generation.</param>
internal sealed record PlannedInput(string Name, string Value, OnnxElementType Type, IReadOnlyList<OnnxDimension> Axes, bool PerGeneration);

/// <summary>A denoiser as a chain: its boundaries from the latents to the output, with one stage between each two.</summary>
internal sealed record SplitPlan(
    DenoiserGraph Graph, DenoiserFamily Family, IReadOnlyList<DenoiserBlock> Blocks, IReadOnlyList<PlannedInput> Inputs, IReadOnlyList<PlannedBoundary> Boundaries)
{
    /// <summary>The name of what is computed once for a generation; no boundary can have it.</summary>
    public const string PreludeName = "prelude";

    /// <summary>The file of the prelude.</summary>
    public const string PreludeFile = PreludeName + ".onnx";

    /// <summary>What several stages need and only inputs that stay the same for a generation decide; <see langword="null"/> where there is nothing.</summary>
    public PlannedBoundary? Prelude { get; init; }

    /// <summary>The prelude as a plan of its own, with one stage.</summary>
    public SplitPlan? PreludePlan => Prelude is null ? null : this with { Boundaries = [Boundaries[0], Prelude], Prelude = null };

    /// <summary>The boundary, or the prelude, that the full name of a tensor speaks of.</summary>
    public PlannedBoundary BoundaryOf(string fullName)
    {
        var name = fullName[..fullName.LastIndexOf('/')];
        return name == Prelude?.Name ? Prelude : Boundaries.Single(boundary => boundary.Name == name);
    }

    /// <summary>The files of the graphs, in the order in which they run.</summary>
    public IReadOnlyList<string> Files
    {
        get
        {
            var stages = Enumerable.Range(0, Boundaries.Count - 1).Select(StageFile);
            return [.. Prelude is null ? stages : stages.Prepend(PreludeFile)];
        }
    }

    /// <summary>Whether this is the plan of a prelude.</summary>
    public bool IsPrelude => Boundaries[^1].Name == PreludeName;

    /// <summary>The batch where the model fixes it, else <see langword="null"/>.</summary>
    public long? FixedBatch => Graph.Shapes.FixedBatch;

    /// <summary>The stage that a node that depends on the latents belongs to.</summary>
    public int StageOf(int node)
    {
        for (var i = 0; i < Boundaries.Count; i++)
        {
            if (Boundaries[i].Inside[node])
            {
                return i - 1;
            }
        }

        return -1;
    }

    /// <summary>The name of the stage that leads to a boundary.</summary>
    public string StageName(int stage) => stage == 0 ? "embed" : stage == Boundaries.Count - 2 ? "head" : Boundaries[stage + 1].Name;

    /// <summary>The file of the stage that leads to a boundary.</summary>
    public string StageFile(int stage) => StageName(stage) + ".onnx";
}
