using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>How models and policies are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(PolicyList))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
