using System.Text.Json;
using System.Text.Json.Serialization;

namespace CachePolicies.Models;

/// <summary>A value that has a name in the manifest. An unknown one is refused with the list of those that are known.</summary>
internal abstract class NamedConverter<T>(string what, params (string Name, T Value)[] known) : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        foreach (var (candidate, value) in known)
        {
            if (candidate == name)
            {
                return value;
            }
        }

        throw new JsonException($"{(name is null ? "The value" : $"'{Excerpt.Of(name, 80)}'")} is not {what}; expected one of {string.Join(", ", known.Select(k => k.Name))}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(known.First(k => k.Value.Equals(value)).Name);
}

internal sealed class PredictionConverter() : NamedConverter<ModelPrediction>(
    "a prediction", ("velocity", ModelPrediction.Velocity), ("epsilon", ModelPrediction.Epsilon));

internal sealed class TensorKindConverter() : NamedConverter<TensorKind>(
    "a kind of tensor",
    ("state", TensorKind.State),
    ("conditioning", TensorKind.Conditioning),
    ("carried", TensorKind.Carried),
    ("signal", TensorKind.Signal));

internal sealed class LifetimeConverter() : NamedConverter<ConditioningLifetime>(
    "a lifetime of conditioning", ("evaluation", ConditioningLifetime.Evaluation), ("generation", ConditioningLifetime.Generation));

internal sealed class ElementTypeConverter() : NamedConverter<ElementType>(
    "an element type", [.. Enum.GetValues<ElementType>().Select(t => (t.ToName(), t))]);

internal sealed class RoleConverter() : NamedConverter<BoundaryRole>(
    "a role of a boundary", [.. Enum.GetValues<BoundaryRole>().Select(r => (r.ToName(), r))]);

/// <summary>An axis of a shape: a size, or the name of a free axis.</summary>
internal sealed class DimensionConverter : JsonConverter<Dimension>
{
    public override Dimension Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt32(out var size) && size >= 1 => size,
        JsonTokenType.String when reader.GetString() is { Length: > 0 } name => name,
        _ => throw new JsonException("An axis of a shape is not valid; expected a size of at least 1 or the name of a free axis, without the batch axis."),
    };

    public override void Write(Utf8JsonWriter writer, Dimension value, JsonSerializerOptions options)
    {
        if (value.Symbol is { } name)
        {
            writer.WriteStringValue(name);
        }
        else
        {
            writer.WriteNumberValue(value.Size);
        }
    }
}
