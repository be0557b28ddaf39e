using System.Text.Json;
using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>How errors are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class ApiJson : JsonSerializerContext;
