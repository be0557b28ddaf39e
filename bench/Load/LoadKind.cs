using System.Text;

namespace CachePolicies.Bench;

/// <summary>A kind of request.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Share">How many of 1,000 requests are of it.</param>
/// <param name="Expected">How it is answered.</param>
/// <param name="SendAsync">Sends one and says how it was answered.</param>
internal sealed record LoadKind(string Name, int Share, string Expected, Func<LoadClient, Random, Task<string>> SendAsync)
{
    private static readonly string[] Prompts = ["red apple", "purple hamburger", "green apple"];

    /// <summary>The mix: half of it asks for pictures, half of it is wrong, slow or gone.</summary>
    public static IReadOnlyList<LoadKind> All { get; } =
    [
        new("picture", 300, "200", (c, r) => c.PostAsync(Picture(r))),
        new("picture by address", 50, "200", (c, r) => c.PostAsync(Picture(r, "\"response_format\":\"url\","))),
        new("stream that is read", 80, "200", (c, r) => c.PostAsync(Picture(r, "\"stream\":true,", ",\"progress\":true"))),
        new("client that leaves", 80, "left", (c, r) => c.LeaveAsync(Picture(r, steps: 150), TimeSpan.FromMilliseconds(r.Next(1, 60)))),
        new("stream that nobody reads", 10, "left", (c, r) => c.StallAsync(Picture(r, "\"stream\":true,", ",\"progress\":true", 50), TimeSpan.FromSeconds(2))),
        new("body that comes slowly", 4, "408", (c, _) => c.DribbleAsync(TimeSpan.FromSeconds(30))),
        new("malformed JSON", 120, "400", (c, r) => c.PostAsync(Encoding.UTF8.GetBytes("{\"prompt\":\"red apple\",}"[..r.Next(1, 23)]))),
        new("body over the limit", 40, "413", (c, _) => c.PostAsync(Encoding.UTF8.GetBytes($"{{\"prompt\":\"{new string('a', 1 << 20)}\"}}"))),
        new("unknown model", 80, "404", (c, r) => c.PostAsync(Picture(r, "\"model\":\"dall-e-9\","))),
        new("unknown policy", 80, "400", (c, r) => c.PostAsync(Picture(r, policy: "TeeCache"))),
        new("invalid UTF-8", 60, "400", (c, _) => c.PostAsync([.. "{\"prompt\":\"red "u8, 0xC3, 0x28, .. "\"}"u8])),
        new("setting out of range", 50, "400", (c, r) => c.PostAsync(Picture(r, more: ",\"overrides\":{\"Threshold\":-1}"))),
        new("list of policies", 46, "200", (c, _) => c.GetAsync("/v1/policies")),
    ];

    /// <summary>The kind of each request, in an order that is the same in every run.</summary>
    public static LoadKind[] Deal(int count, int seed)
    {
        var random = new Random(seed);
        LoadKind[] deck = [.. All.SelectMany(k => Enumerable.Repeat(k, k.Share))];
        return [.. Enumerable.Range(0, count).Select(_ => deck[random.Next(deck.Length)])];
    }

    private static byte[] Picture(Random random, string before = "", string more = "", int steps = 3, string policy = "TeaCache") => Encoding.UTF8.GetBytes(
        $$$"""{{{{before}}}"prompt":"{{{Prompts[random.Next(Prompts.Length)]}}}","cachepolicies":{"policy":"{{{policy}}}","steps":{{{steps}}},"seed":{{{random.Next(1000)}}}{{{more}}}}}""");
}
