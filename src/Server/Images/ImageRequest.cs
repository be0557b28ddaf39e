using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CachePolicies.Server;

/// <summary>The body of <c>POST /v1/images/generations</c>.</summary>
internal sealed record ImageRequest
{
    [Description("What the pictures show.")]
    public string? Prompt { get; init; }

    [Description("The model; by default the server's first.")]
    public string? Model { get; init; }

    [Description("How many pictures, 1 to 10.")]
    public int? N { get; init; }

    [Description("WIDTHxHEIGHT in pixels, or auto for the model's usual size.")]
    public string? Size { get; init; }

    [Description("b64_json (the default) or url.")]
    public string? ResponseFormat { get; init; }

    [Description("png (the default), jpeg or webp.")]
    public string? OutputFormat { get; init; }

    [Description("Taken for compatibility: pictures are written at one quality, so only 100 is accepted.")]
    public int? OutputCompression { get; init; }

    [Description("Whether to answer with server-sent events.")]
    public bool? Stream { get; init; }

    [Description("With stream: how many pictures in the making are sent, 0 to 3.")]
    public int? PartialImages { get; init; }

    [Description("Taken for compatibility; pictures are opaque.")]
    public string? Background { get; init; }

    [Description("Taken for compatibility; steps and policy decide.")]
    public string? Quality { get; init; }

    [Description("Taken for compatibility; a model's own styles are in cachepolicies.style.")]
    public string? Style { get; init; }

    [Description("Taken for compatibility; there is no moderation.")]
    public string? Moderation { get; init; }

    [Description("Taken for compatibility; not stored.")]
    public string? User { get; init; }

    [JsonPropertyName("cachepolicies")]
    [Description("What the interface does not know: policy, steps, seed and more.")]
    public CacheRequest? CachePolicies { get; init; }

    /// <summary>What is not a parameter.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>The object <c>cachepolicies</c> of a request.</summary>
internal sealed record CacheRequest
{
    [Description("The caching policy; by default the server's.")]
    public string? Policy { get; init; }

    [Description("What the pictures are to reach in place of settings: 40 dB, 0.99 SSIM or 3x. The server must have measured settings of the model.")]
    public string? Target { get; init; }

    [Description("Sampler steps; by default the model's.")]
    public int? Steps { get; init; }

    [Description("The scale of guidance; by default the model's.")]
    public float? Guidance { get; init; }

    [Description("What the noise is made from; by default a random number, which the answer tells.")]
    public long? Seed { get; init; }

    [Description("What the pictures should not show.")]
    public string? NegativePrompt { get; init; }

    [Description("One of the model's styles.")]
    public string? Style { get; init; }

    [Description("Settings of the policy for this request, by name: { \"Threshold\": 0.2 }.")]
    public JsonElement? Overrides { get; init; }

    [Description("With stream: whether each step is told by an event cachepolicies.progress, with its decisions and a preview.")]
    public bool? Progress { get; init; }

    /// <summary>What is not a parameter.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
