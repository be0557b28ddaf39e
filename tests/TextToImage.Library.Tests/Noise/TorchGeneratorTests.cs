using System.Text.Json;

namespace CachePolicies.TextToImage.Tests;

public class TorchGeneratorTests
{
    // One ulp of a logarithm, a sine or a square root, no more: numbers of up to 4 are 4.8e-7 apart at most.
    private const float Tolerance = 5e-7f;

    public static TheoryData<ulong, int> Draws()
    {
        var data = new TheoryData<ulong, int>();
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Noise", "randn.json")));
        foreach (var draw in json.RootElement.EnumerateArray())
        {
            data.Add(draw.GetProperty("seed").GetUInt64(), draw.GetProperty("numbers").GetArrayLength());
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Draws))]
    public void FillNormal_draws_what_torch_draws(ulong seed, int count)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Noise", "randn.json")));
        var expected = json.RootElement.EnumerateArray()
            .Single(d => d.GetProperty("seed").GetUInt64() == seed && d.GetProperty("numbers").GetArrayLength() == count)
            .GetProperty("numbers").EnumerateArray().Select(n => n.GetSingle()).ToArray();

        var actual = new float[count];
        new TorchGenerator(seed).FillNormal(actual);

        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    [Fact]
    public void A_seed_counts_by_its_low_32_bits()
    {
        Assert.Equal<IEnumerable<float>>(Draw(5, 64), Draw(5 + (1UL << 32), 64));
    }

    [Fact]
    public void Draws_go_on_where_the_last_one_ended()
    {
        var generator = new TorchGenerator(7);
        var first = new float[32];
        var second = new float[32];
        generator.FillNormal(first);
        generator.FillNormal(second);

        Assert.Equal<IEnumerable<float>>(Draw(7, 64), [.. first, .. second]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(10_000)]
    public void Every_number_is_finite(int count) => Assert.All(Draw(0, count), n => Assert.True(float.IsFinite(n)));

    private static float[] Draw(ulong seed, int count)
    {
        var numbers = new float[count];
        new TorchGenerator(seed).FillNormal(numbers);
        return numbers;
    }
}
