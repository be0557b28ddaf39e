using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace CachePolicies.Cluster.Tests;

/// <summary>A request's answer as a client has it from the stream.</summary>
/// <param name="Picture">The picture's file in base 64.</param>
/// <param name="Steps">The steps that were told, in the order in which they came.</param>
/// <param name="Previews">The previews by step.</param>
internal sealed record Answer(string Picture, IReadOnlyList<int> Steps, IReadOnlyList<string> Previews)
{
    /// <summary>Asks for a picture with progress and reads the stream to its end.</summary>
    /// <exception cref="InvalidOperationException">The answer is an error, or has no picture, or two.</exception>
    public static async Task<Answer> OfAsync(HttpClient client, int seed, int steps, Action<int>? onStep = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations") { Content = JsonContent.Create(new { prompt = "red apple", stream = true, cachepolicies = new { seed, steps, policy = "None", progress = true } }) };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        var (pictures, told, previews) = (new List<string>(), new List<int>(), new List<string>());
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            var data = JsonSerializer.Deserialize<JsonElement>(item.Data);
            switch (item.EventType)
            {
                case "cachepolicies.progress" when data.GetProperty("total").GetInt32() > 0:
                    told.Add(data.GetProperty("completed").GetInt32());
                    onStep?.Invoke(told[^1]);
                    previews.Add(data.GetProperty("preview").GetString() ?? "");
                    break;
                case "image_generation.completed":
                    pictures.Add(data.GetProperty("b64_json").GetString()!);
                    break;
                case "error":
                    throw new InvalidOperationException(item.Data);
            }
        }

        return pictures is [var picture] ? new Answer(picture, told, previews) : throw new InvalidOperationException($"Expected one picture, got {pictures.Count}.");
    }
}
