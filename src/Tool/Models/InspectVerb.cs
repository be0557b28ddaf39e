using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CachePolicies.Onnx;
using CachePolicies.Splitting;

namespace CachePolicies.Tool;

/// <summary><c>inspect</c>: says what a model is and how it would be split.</summary>
internal static class InspectVerb
{
    public static Command Create(ToolConsole console)
    {
        var arguments = new ModelArguments();
        var json = SharedOptions.Json();
        var command = new Command("inspect", "Says what kind of denoiser an ONNX model is, its blocks and the boundaries where it can be split.") { json };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            var description = DenoiserInspector.Inspect(arguments.Path(parsed), arguments.Options(parsed));
            console.Output.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(description, DescriptionJson.Default.DenoiserDescription)
                : Format(description));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>A description for people.</summary>
    public static string Format(DenoiserDescription description)
    {
        var culture = CultureInfo.InvariantCulture;
        using var text = new StringWriter(culture);
        text.WriteLine($"{description.Path}: {Describe(description.Family)} (opset {description.Opset}, IR {description.IrVersion})");
        text.WriteLine($"blocks   {string.Join(", then ", description.Stacks.Select(stack => string.Create(culture, $"{stack.Count} {stack.Name}")))}");
        text.WriteLine();
        text.WriteLine("inputs");
        foreach (var input in description.Inputs)
        {
            text.WriteLine($"  {input.Name,-28} {input.Meaning,-12} {input.Type} [{(input.Axes is null ? "?" : string.Join(", ", input.Axes))}]");
        }

        text.WriteLine();
        text.WriteLine("boundaries");
        foreach (var boundary in description.Boundaries)
        {
            text.WriteLine($"  {boundary.Name,-18} {Describe(boundary.Tensors)}");
        }

        if (description.Prelude is { } prelude)
        {
            text.WriteLine();
            text.WriteLine("once a generation");
            text.WriteLine(string.Create(culture, $"  prelude            {Describe(prelude.Tensors)}"));
            text.WriteLine(string.Create(culture, $"                     {prelude.Nodes} nodes, {prelude.Parameters:N0} parameters, {prelude.WeightBytes:N0} bytes"));
        }

        text.WriteLine();
        text.WriteLine("stages              nodes   parameters        bytes  compute");
        foreach (var stage in description.Stages)
        {
            text.WriteLine(string.Create(culture, $"  {stage.Name,-16} {stage.Nodes,6} {stage.Parameters,12:N0} {stage.WeightBytes,12:N0} {stage.ComputeShare,7:P1}"));
        }

        return text.ToString().TrimEnd();
    }

    private static string Describe(IReadOnlyList<BoundaryTensor> tensors) =>
        string.Join("  ", tensors.Select(tensor => $"{tensor.Name}[{string.Join(", ", tensor.Axes)}]{(tensor.Kind == "state" ? "" : " " + tensor.Kind)}"));

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

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, Converters = [typeof(DimensionConverter)])]
[JsonSerializable(typeof(DenoiserDescription))]
internal sealed partial class DescriptionJson : JsonSerializerContext;

/// <summary>Axes as in manifests: a number, or the name of a free axis.</summary>
internal sealed class DimensionConverter : JsonConverter<OnnxDimension>
{
    public override OnnxDimension Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : reader.GetString() ?? throw new JsonException("An axis is a number or a name.");

    public override void Write(Utf8JsonWriter writer, OnnxDimension value, JsonSerializerOptions options)
    {
        if (value.Value is { } size)
        {
            writer.WriteNumberValue(size);
        }
        else
        {
            writer.WriteStringValue(value.Name);
        }
    }
}
