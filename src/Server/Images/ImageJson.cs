using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>How requests for pictures are read and their answers written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ImageRequest))]
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(PartialImageEvent))]
[JsonSerializable(typeof(CompletedImageEvent))]
[JsonSerializable(typeof(ProgressEvent))]
[JsonSerializable(typeof(ErrorEvent))]
internal sealed partial class ImageJson : JsonSerializerContext;
