using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using CachePolicies.Backends.Cpu;

namespace CachePolicies.Tool;

/// <summary><c>measure</c>: the distance of two tensors of a safetensors file.</summary>
internal static class MeasureVerb
{
    public static Command Create(ToolConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file; a recorded trace is one." };
        var reference = new Argument<string>("KEY_REFERENCE") { Description = "The tensor that is compared with, such as 0004/structure." };
        var current = new Argument<string>("KEY_CURRENT") { Description = "The tensor whose distance is asked for, such as 0005/structure." };
        var estimator = new Option<string>("--estimator", "-e")
        {
            Description = $"How: {string.Join(", ", EstimatorChoice.Known)}.",
            HelpName = "NAME",
            Required = true,
        };
        var settings = CatalogOptions.Settings("estimator (all have Frames and FrameAxis, pfs has Divisor)");
        var json = SharedOptions.Json();
        var command = new Command("measure", "Measures how far apart two recorded tensors are.") { file, reference, current, estimator, settings, json };
        command.SetAction(parsed =>
        {
            var measured = Measure(
                parsed.GetRequiredValue(file),
                parsed.GetRequiredValue(reference),
                parsed.GetRequiredValue(current),
                EstimatorChoice.Create(parsed.GetRequiredValue(estimator), parsed.GetRequiredValue(settings)));
            Write(console, measured, parsed.GetValue(json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static MeasuredDistance Measure(string path, string referenceKey, string currentKey, NamedEstimator named)
    {
        using var file = StoredTensors.Open(path);
        using var backend = new CpuBackend();
        var shape = StoredTensors.ShapeOf(file, referenceKey);
        var other = StoredTensors.ShapeOf(file, currentKey);
        if (!shape.Equals(other))
        {
            throw new UsageException($"'{referenceKey}' has the shape {shape} and '{currentKey}' {other}; two tensors of one shape can be compared.");
        }

        var window = named.WindowOn(shape);
        var type = new TensorType(ElementType.Float32, shape);
        var distance = named.Estimator.Distance(TensorExpression.Input(0), TensorExpression.Input(1), shape);
        var kernel = backend.Compile(new KernelSignature([type, type], 0, [distance]));
        var reference = StoredTensors.Load(file, referenceKey, shape, backend);
        var current = StoredTensors.Load(file, currentKey, shape, backend);
        var value = kernel.Measure([current, reference], default);
        current.Release();
        reference.Release();
        return new MeasuredDistance(named.Estimator.Name, value, window);
    }

    private static void Write(ToolConsole console, MeasuredDistance measured, bool json)
    {
        if (!json)
        {
            console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measured.Estimator} {measured.Distance}{(measured.Kernel is { } k ? $" (windows of {k} × {k})" : "")}"));
            return;
        }

        var line = new JsonObject { ["estimator"] = measured.Estimator, ["distance"] = JsonLine.Number(measured.Distance) };
        if (measured.Kernel is { } kernel)
        {
            line["kernel"] = kernel;
        }

        JsonLine.Write(console.Output, line);
    }

    private readonly record struct MeasuredDistance(string Estimator, float Distance, int? Kernel);
}
