using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace CachePolicies.Server.Tests;

/// <summary>Server-sent events of an answer.</summary>
internal static class Events
{
    public static IReadOnlyList<(string Type, JsonElement Data)> Parse(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return [.. SseParser.Create(stream).Enumerate().Select(e => (e.EventType, JsonSerializer.Deserialize<JsonElement>(e.Data)))];
    }
}
