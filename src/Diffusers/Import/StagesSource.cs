using System.Text.Json.Serialization;

namespace CachePolicies.Diffusers;

/// <summary>What stages were cut from.</summary>
/// <param name="File">The graph's file name.</param>
/// <param name="Bytes">The size of the graph with its weights.</param>
/// <param name="Digest">Of the graph's file.</param>
internal sealed record StagesSource(string File, long Bytes, string Digest);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StagesSource))]
internal sealed partial class StagesJson : JsonSerializerContext;
