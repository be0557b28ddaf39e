using System.Collections.Immutable;
using CachePolicies.Models;

namespace CachePolicies.Splitting;

/// <summary>Describes a split model as its manifest does.</summary>
internal static class ManifestBuilder
{
    /// <summary>The file of the whole denoiser.</summary>
    public const string WholeFile = "denoiser.onnx";

    /// <summary>The manifest's file until everything else is done: a name by which nobody loads it.</summary>
    public const string UnfinishedFile = ModelManifest.FileName + ".unfinished";

    /// <summary>The manifest of a plan.</summary>
    public static ModelManifest Build(SplitPlan plan, string name, string? family, ModelPrediction prediction, IEnumerable<string> externalData) => new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = name,
        Family = family ?? plan.Family.ToName(),
        Prediction = prediction,
        Batch = (int?)plan.FixedBatch,
        Inputs = [.. plan.Inputs.Select(input => new ManifestTensor
        {
            Name = input.Name,
            Kind = TensorKind.Conditioning,
            Per = LifetimeOf(input.PerGeneration),
            Type = TypeOf(input.Type),
            Axes = AxesOf(input.Axes),
        })],
        Prelude = plan.Prelude is { } prelude ? new ManifestPrelude { File = SplitPlan.PreludeFile, Tensors = TensorsOf(prelude) } : null,
        Boundaries = [.. plan.Boundaries.Select(boundary => new ManifestBoundary
        {
            Name = boundary.Name,
            Role = BoundaryRoleNames.TryParse(boundary.Role, out var role) ? role : BoundaryRole.Cut,
            Tensors = TensorsOf(boundary),
        })],
        Stages = [.. Enumerable.Range(0, plan.Boundaries.Count - 1).Select(stage => new ManifestStage
        {
            Name = plan.StageName(stage),
            File = plan.StageFile(stage),
            From = plan.Boundaries[stage].Name,
            To = plan.Boundaries[stage + 1].Name,
        })],
        Denoiser = WholeFile,
        ExternalData = [.. externalData],
    };

    /// <summary>The name of a kind.</summary>
    public static string KindName(PlannedKind kind) => kind switch
    {
        PlannedKind.State => "state",
        PlannedKind.Conditioning => "conditioning",
        PlannedKind.Carried => "carried",
        _ => "signal",
    };

    private static ImmutableArray<ManifestTensor> TensorsOf(PlannedBoundary boundary) => [.. boundary.Tensors.Select(tensor => new ManifestTensor
    {
        Name = tensor.Name,
        Kind = tensor.Kind switch
        {
            PlannedKind.State => TensorKind.State,
            PlannedKind.Conditioning => TensorKind.Conditioning,
            PlannedKind.Carried => TensorKind.Carried,
            _ => TensorKind.Signal,
        },
        Per = tensor.Kind == PlannedKind.Conditioning ? LifetimeOf(tensor.PerGeneration) : null,
        Type = TypeOf(tensor.Type),
        Axes = AxesOf(tensor.Axes),
        Frames = tensor.Frames is { } frames ? new ManifestFrames { Axis = frames.Axis, Count = AxisOf(frames.Count) } : null,
    })];

    private static ConditioningLifetime LifetimeOf(bool perGeneration) => perGeneration ? ConditioningLifetime.Generation : ConditioningLifetime.Evaluation;

    private static ImmutableArray<Dimension> AxesOf(IReadOnlyList<OnnxDimension> axes) => [.. axes.Select(AxisOf)];

    private static Dimension AxisOf(OnnxDimension axis) => axis.Value switch
    {
        null => axis.Name!,
        >= 1 and <= int.MaxValue and var size => (int)size,
        var size => throw new ModelSplitException($"A tensor at a boundary has an axis of {size} elements; expected 1 to {int.MaxValue}."),
    };

    private static ElementType TypeOf(OnnxElementType type) => type switch
    {
        OnnxElementType.Float32 => ElementType.Float32,
        OnnxElementType.Float16 => ElementType.Float16,
        OnnxElementType.BFloat16 => ElementType.BFloat16,
        OnnxElementType.Int64 => ElementType.Int64,
        _ => throw new ModelSplitException($"A manifest has no element type {type}; it has float32, float16, bfloat16 and int64."),
    };
}
