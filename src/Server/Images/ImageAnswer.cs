using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>The answer of <c>POST /v1/images/generations</c>.</summary>
/// <param name="Created">When, in seconds since 1970.</param>
/// <param name="Data">The pictures.</param>
/// <param name="Background">Always <c>opaque</c>.</param>
/// <param name="OutputFormat">png, jpeg or webp.</param>
/// <param name="Size">WIDTHxHEIGHT.</param>
/// <param name="CachePolicies">What the cache did.</param>
internal sealed record ImageAnswer(
    long Created, IReadOnlyList<ImageData> Data, string Background, string OutputFormat, string Size, [property: JsonPropertyName("cachepolicies")] CacheAnswer CachePolicies);

/// <summary>A picture.</summary>
/// <param name="B64Json">The file's bytes.</param>
/// <param name="Url">Where the file is.</param>
internal sealed record ImageData(
    [property: JsonPropertyName("b64_json"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? B64Json,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url);

/// <summary>What the cache did.</summary>
/// <param name="Model">The model.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Seed">The first picture's seed; each further one has the next.</param>
/// <param name="Steps">What was computed.</param>
/// <param name="Seconds">From the first evaluation to the last.</param>
/// <param name="EstimatedSpeedup">How many times as long it would have taken without the cache; null where that is not known.</param>
/// <param name="Notes">What the user should know.</param>
/// <param name="Stored">Whether the pictures were made for an earlier request and stored since; steps and seconds are those of then.</param>
internal sealed record CacheAnswer(string Model, string Policy, long Seed, CacheSteps Steps, double Seconds, double? EstimatedSpeedup, IReadOnlyList<string> Notes, bool Stored);

/// <summary>How many evaluations were computed, on average over pictures and guidance branches.</summary>
/// <param name="Full">Every stage.</param>
/// <param name="Part">Some blocks.</param>
/// <param name="Skipped">No block.</param>
internal sealed record CacheSteps(double Full, double Part, double Skipped);

/// <summary>The event <c>image_generation.partial_image</c>.</summary>
internal sealed record PartialImageEvent(
    string Type, [property: JsonPropertyName("b64_json")] string B64Json, long CreatedAt, string Size, string Quality, string Background, string OutputFormat, int PartialImageIndex);

/// <summary>The event <c>image_generation.completed</c>, one for each picture.</summary>
internal sealed record CompletedImageEvent(
    string Type,
    [property: JsonPropertyName("b64_json")] string B64Json,
    long CreatedAt,
    string Size,
    string Quality,
    string Background,
    string OutputFormat,
    TokenUsage Usage,
    [property: JsonPropertyName("cachepolicies")] CacheAnswer CachePolicies);

/// <summary>What the interface counts and this server does not: zeros.</summary>
internal sealed record TokenUsage(int TotalTokens, int InputTokens, int OutputTokens, TokenDetails InputTokensDetails)
{
    /// <summary>Nothing counted.</summary>
    public static TokenUsage None { get; } = new(0, 0, 0, new TokenDetails(0, 0));
}

/// <summary>The parts of <see cref="TokenUsage.InputTokens"/>.</summary>
internal sealed record TokenDetails(int TextTokens, int ImageTokens);

/// <summary>The event <c>cachepolicies.progress</c>: a place in the queue, or steps.</summary>
internal sealed record ProgressEvent(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? QueuePosition,
    int Completed,
    int Total,
    JsonArray Evaluations,
    [property: JsonPropertyName("b64_json"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? B64Json);

/// <summary>The event <c>error</c>.</summary>
internal sealed record ErrorEvent(string Type, ApiError Error);
