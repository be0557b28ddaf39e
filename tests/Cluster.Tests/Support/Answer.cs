using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace CachePolicies.Cluster.Tests;

/// <summary>A request's answer as a client has it from the stream.</summary>
/// <param name="Picture">The picture's file in base 64.</param>
/// <param name="Previews">The previews by step. A reader who is slow gets several steps as one, with the last one's preview.</param>
internal sealed record Answer(string Picture, IReadOnlyDictionary<int, string> Previews)
{
    /// <summary>Asks for a picture with progress and reads the stream to its end.</summary>
    /// <exception cref="InvalidOperationException">The answer is an error, has no picture or two, or tells a step twice.</exception>
    public static async Task<Answer> OfAsync(HttpClient client, int seed, int steps, Action<int>? onStep = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations") { Content = JsonContent.Create(new { prompt = "red apple", stream = true, cachepolicies = new { seed, steps, policy = "None", progress = true } }) };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        var (pictures, previews, last) = (new List<string>(), new Dictionary<int, string>(), 0);
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            var data = JsonSerializer.Deserialize<JsonElement>(item.Data);
            switch (item.EventType)
            {
                case "cachepolicies.progress" when data.GetProperty("total").GetInt32() > 0:
                    var step = data.GetProperty("completed").GetInt32();
                    last = step > last ? step : throw new InvalidOperationException($"Step {step} came after step {last}.");
                    if (data.TryGetProperty("b64_json", out var preview))
                    {
                        previews.Add(step, preview.GetString()!);
                    }

                    onStep?.Invoke(step);
                    break;
                case "image_generation.completed":
                    pictures.Add(data.GetProperty("b64_json").GetString()!);
                    break;
                case "error":
                    throw new InvalidOperationException(item.Data);
            }
        }

        return pictures is [var picture] ? new Answer(picture, previews) : throw new InvalidOperationException($"Expected one picture, got {pictures.Count}.");
    }

    /// <summary>Checks that the answer is the one made alone.</summary>
    public void IsEqualTo(Answer alone)
    {
        Assert.Equal(alone.Picture, Picture);
        Assert.All(Previews.Where(p => alone.Previews.ContainsKey(p.Key)), p => Assert.Equal(alone.Previews[p.Key], p.Value));
    }
}
