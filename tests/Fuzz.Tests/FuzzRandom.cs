namespace CachePolicies.Fuzz;

/// <summary>Draws what malformed inputs are made with. The same number gives the same input.</summary>
internal sealed class FuzzRandom(int number)
{
    private static readonly string[] Words =
    [
        "", " ", "..", "../../../../etc/passwd", "/etc/passwd", "/dev/zero", "a/../../b", "a\0b", "x\u001b]0;title\u0007", "\u202Etxt", "\uD83D\uDE00", "\uD800", "日本語",
        "NaN", "Infinity", "-1", "1e999", "%s%n", "{0}", "true", "null", "CON", "a:b", @"\\server\share", "manifest.json", "latent", "output", "image", "timestep", new('A', 70_000),
    ];

    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 127, 128, 255, 256, 32_767, 46_341, 65_536, 65_537, int.MaxValue, int.MinValue, int.MaxValue + 1L, uint.MaxValue, 1L << 32, 1L << 40, 3_037_000_500, 1L << 62, long.MaxValue, long.MinValue,
    ];

    private readonly Random _random = new(number);

    public int Below(int bound) => _random.Next(bound);

    public bool OneIn(int count) => _random.Next(count) == 0;

    public T Of<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    /// <summary>A number at an edge.</summary>
    public long Number() => Of(Numbers);

    /// <summary>A text that has broken readers.</summary>
    public string Word() => OneIn(4) ? string.Concat(Enumerable.Range(0, 1 + Below(12)).Select(_ => (char)(1 + Below(0x2000)))) : Of(Words);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}
