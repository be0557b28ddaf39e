using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace CachePolicies.Fuzz;

/// <summary>
/// The body of a request for pictures, as clients and the playground send it. It is answered with pictures, with events that are whole, or with an error of the
/// interface's shape, and no tensor is held afterwards.
/// </summary>
internal sealed class PictureRequest : FuzzedFormat
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(30) };

    public override string FileName => "request.json";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Resource.Text("""{ "prompt": "red apple", "n": 1, "size": "32x32", "model": "emoji", "response_format": "b64_json", "output_format": "png", "user": "me", "cachepolicies": { "policy": "TeaCache", "steps": 4, "guidance": 2, "seed": 7, "style": "fluent", "overrides": { "Threshold": 0.2, "Approximation": { "Damping": 0.25 }, "Coefficients": [1, 0] } } }"""),
        Resource.Text("""{ "prompt": "green apple", "stream": true, "partial_images": 2, "cachepolicies": { "policy": "H2Cache", "steps": 3, "seed": 1, "progress": true, "negative_prompt": "red", "overrides": { "StructureThreshold": "0.3" } } }"""),
        Resource.Text("""{ "prompt": "red apple", "n": 2, "response_format": "url", "output_format": "webp", "background": "auto", "quality": "high", "moderation": "low", "output_compression": 100, "cachepolicies": { "policy": "None", "steps": 2 } }"""),
    ];

    public override IReadOnlyList<Type> Documented { get; } = [typeof(RequestRefusedException)];

    public override int Inputs => 250;

    /// <summary>Where a request names no steps, two pictures are drawn with the model's.</summary>
    public override TimeSpan LongestRead => TimeSpan.FromSeconds(10);

    public override byte[] Mutate(FuzzRandom random, byte[] seed) => JsonMutator.Mutate(random, seed);

    public override void Read(string path)
    {
        using var body = new ByteArrayContent(File.ReadAllBytes(path)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(FuzzedServer.Address, "/v1/images/generations")) { Content = body };
        using var response = Client.Send(request);
        using var stream = response.Content.ReadAsStream();
        FuzzedServer.RequireRest();
        if (response.IsSuccessStatusCode)
        {
            Check(response, stream);
            return;
        }

        using var error = JsonDocument.Parse(stream);
        var message = error.RootElement.GetProperty("error").GetProperty("message").GetString()!;
        throw (int)response.StatusCode is 400 or 404 or 413 ? new RequestRefusedException(message) : new InvalidOperationException($"Answered with {response.StatusCode}: {message}");
    }

    private static void Check(HttpResponseMessage response, Stream stream)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            using var answer = JsonDocument.Parse(stream);
            Require(answer.RootElement.GetProperty("data").GetArrayLength() > 0, "The answer has no picture.");
            return;
        }

        var last = "";
        foreach (var item in SseParser.Create(stream).Enumerate())
        {
            using var data = JsonDocument.Parse(item.Data);
            Require(data.RootElement.GetProperty("type").GetString() == item.EventType, $"An event of the type {item.EventType} says that it is another.");
            last = item.EventType;
        }

        Require(last is "image_generation.completed" or "error", $"The last event is '{last}'.");
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidOperationException(problem);
        }
    }
}
