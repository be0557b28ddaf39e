using System.Globalization;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary>A model's description for people.</summary>
internal static class DescriptionText
{
    /// <summary>The whole description.</summary>
    public static string Format(DenoiserDescription description)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{description.Path}: {Describe(description.Family)} (opset {description.Opset}, IR {description.IrVersion})");
        text.WriteLine($"blocks   {string.Join(", then ", description.Stacks.Select(stack => $"{stack.Count} {stack.Name}"))}");
        text.WriteLine();
        text.WriteLine("inputs");
        foreach (var input in description.Inputs)
        {
            text.WriteLine($"  {input.Name,-28} {input.Meaning,-12} {input.Type} [{(input.Axes is null ? "?" : string.Join(", ", input.Axes))}]");
        }

        WriteBoundaries(text, description);
        WriteStages(text, description);
        WritePolicies(text, description);
        foreach (var notice in description.Notices)
        {
            text.WriteLine();
            text.WriteLine(notice);
        }

        return text.ToString().TrimEnd();
    }

    private static void WriteBoundaries(StringWriter text, DenoiserDescription description)
    {
        text.WriteLine();
        text.WriteLine("boundaries");
        foreach (var boundary in description.Boundaries)
        {
            text.WriteLine($"  {boundary.Name,-18} {Describe(boundary.Tensors)}");
        }

        if (description.Prelude is { } prelude)
        {
            text.WriteLine();
            text.WriteLine("once per generation");
            text.WriteLine($"  prelude            {Describe(prelude.Tensors)}");
            text.WriteLine($"                     {prelude.Nodes} nodes, {prelude.Parameters:N0} parameters, {prelude.WeightBytes:N0} bytes");
        }

        text.WriteLine();
        text.WriteLine("tensors of the graph (for --cut and --signal)");
        foreach (var boundary in description.Boundaries)
        {
            foreach (var tensor in boundary.Tensors.Where(tensor => tensor.GraphTensors.Count > 0))
            {
                text.WriteLine($"  {boundary.Name + "/" + tensor.Name,-28} {string.Join(" - ", tensor.GraphTensors)}");
            }
        }
    }

    private static void WriteStages(StringWriter text, DenoiserDescription description)
    {
        text.WriteLine();
        text.WriteLine("stages              nodes   parameters        bytes  compute");
        foreach (var stage in description.Stages)
        {
            text.WriteLine($"  {stage.Name,-16} {stage.Nodes,6} {stage.Parameters,12:N0} {stage.WeightBytes,12:N0} {stage.ComputeShare,7:P1}");
        }
    }

    private static void WritePolicies(StringWriter text, DenoiserDescription description)
    {
        text.WriteLine();
        text.WriteLine("what policies would look at");
        foreach (var (policy, sees) in PolicyViews.Of(description))
        {
            text.WriteLine($"  {policy,-22} {sees}");
        }
    }

    private static string Describe(IReadOnlyList<BoundaryTensor> tensors) => string.Join("  ", tensors.Select(tensor =>
        $"{tensor.Name}[{string.Join(", ", tensor.Axes)}]{(tensor.Frames is { } frames ? $" {frames.Count} frames along axis {frames.Axis}" : "")}{(tensor.Kind == "state" ? "" : " " + tensor.Kind)}"));

    private static string Describe(DenoiserFamily family) => family switch
    {
        DenoiserFamily.DualThenSingleStream => "dual-stream, then single-stream transformer, as FLUX",
        DenoiserFamily.DualStream => "dual-stream transformer, as SD3",
        DenoiserFamily.SingleStream => "single-stream transformer, as PixArt and DiT",
        DenoiserFamily.Video => "single-stream video transformer, as Wan",
        DenoiserFamily.UNet => "U-Net, as Stable Diffusion",
        _ => family.ToString(),
    };
}
