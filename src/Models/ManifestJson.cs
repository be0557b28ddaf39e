using System.Text.Json.Serialization;

namespace CachePolicies.Models;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(PredictionConverter), typeof(TensorKindConverter), typeof(LifetimeConverter), typeof(ElementTypeConverter), typeof(RoleConverter), typeof(DimensionConverter)])]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
