using CachePolicies.Onnx;
using CachePolicies.Policies;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary>What each policy, under its default settings, would look at in a model before it is split.</summary>
internal static class PolicyViews
{
    // Stands for every free axis: what is looked at does not depend on sizes.
    private const int AnySize = 64;

    /// <summary>Each policy with what it measures, or with why it does not run.</summary>
    public static IEnumerable<(string Policy, string Sees)> Of(DenoiserDescription description)
    {
        var layout = LayoutOf(description);
        foreach (var entry in PolicyCatalog.All.Where(entry => entry.Name != "None"))
        {
            yield return (entry.Name, Describe(layout, entry));
        }
    }

    private static string Describe(DenoiserLayout layout, CachePolicyDescriptor entry)
    {
        try
        {
            var plan = entry.Create(entry.CreateOptions()).Plan(layout);
            return plan.Measurements.Length == 0
                ? "nothing: it decides by the schedule"
                : string.Join("; ", plan.Measurements.Select(measurement =>
                    $"{measurement.Subject}{(measurement.Subject.ToString().Contains('/', StringComparison.Ordinal) ? "" : "/" + layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor].Name)} ({measurement.Estimator.Name})"));
        }
        catch (Exception failure) when (failure is CachePlanException or ArgumentException or InvalidLayoutException)
        {
            return $"does not run as it is: {failure.Message.Split(". ")[0].TrimEnd('.')}";
        }
    }

    private static DenoiserLayout LayoutOf(DenoiserDescription description) => new(
        Path.GetFileNameWithoutExtension(description.Path),
        [],
        [.. description.Boundaries.Select(boundary => new Boundary(
            boundary.Name,
            BoundaryRoleNames.TryParse(boundary.Role, out var role) ? role : BoundaryRole.Cut,
            [.. boundary.Tensors.Where(tensor => tensor.Kind is "state" or "signal").Select(TensorOf)]))],
        [.. description.Stages.Select(stage => new StageDescriptor(stage.Name))]);

    private static TensorDescriptor TensorOf(BoundaryTensor tensor) => new(
        tensor.Name,
        tensor.Kind == "state" ? TensorKind.State : TensorKind.Signal,
        tensor.Type switch
        {
            OnnxElementType.Float16 => ElementType.Float16,
            OnnxElementType.BFloat16 => ElementType.BFloat16,
            _ => ElementType.Float32,
        },
        new TensorShape([.. tensor.Axes.Select(axis => (Dimension)(int)Math.Clamp(axis.Value ?? AnySize, 1, int.MaxValue))]));
}
