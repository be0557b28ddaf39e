using System.CommandLine;
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
                : DescriptionText.Format(description));
            return ExitCodes.Success;
        });
        return command;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, Converters = [typeof(DimensionConverter)])]
[JsonSerializable(typeof(DenoiserDescription))]
[JsonSerializable(typeof(SplitReport))]
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
