namespace CachePolicies.TextToImage.Tests;

public class GaussianNoiseTests
{
    /// <summary>Made by Python: xoshiro256** and SplitMix64 after their authors' C code, statistics.NormalDist().inv_cdf for the quantile.</summary>
    [Theory]
    [InlineData(0L, 0.256617576f, 0.667501569f, -1.264529705f, -0.210627243f, 0.62190181f, 3.479085684f)]
    [InlineData(42L, -1.379547715f, -0.308160126f, 0.467820197f, 1.437365651f, 2.400064707f, 0.737989068f)]
    [InlineData(-1L, 0.150697187f, 0.730425954f, 0.018291051f, 0.667092025f, 0.169310495f, 0.618086576f)]
    public void Noise_equals_another_implementation(long seed, params float[] expected) =>
        Assert.Equal(expected, GaussianNoise.Create(seed, expected.Length));

    [Theory]
    [InlineData(1e-300, -37.0471)]
    [InlineData(1e-16, -8.222082216130437)]
    [InlineData(0.02425, -1.9729610513118845)]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.959963984540054)]
    public void Quantiles_equal_known_values(double probability, double expected) =>
        Assert.Equal(expected, GaussianNoise.Quantile(probability), probability < 1e-200 ? 4 : 12);

    [Property(MaxTest = 500)]
    public void The_logarithm_is_that_of_the_library(uint mantissa, byte exponent)
    {
        var x = Math.ScaleB(1 + (mantissa / 4294967296.0), -(exponent % 60));
        Assert.Equal(Math.Log(x), GaussianNoise.Logarithm(x), 1e-15 * Math.Max(1, Math.Abs(Math.Log(x))));
    }

    [Fact]
    public void A_longer_span_begins_as_a_shorter_one()
    {
        Assert.Equal(GaussianNoise.Create(5, 10), GaussianNoise.Create(5, 100)[..10]);
        Assert.NotEqual(GaussianNoise.Create(5, 10), GaussianNoise.Create(6, 10));
    }

    [Fact]
    public void Many_numbers_have_the_moments_of_the_normal_distribution()
    {
        var noise = GaussianNoise.Create(7, 200_000).Select(x => (double)x).ToArray();
        Assert.Equal(0, noise.Average(), 2);
        Assert.Equal(1, noise.Average(x => x * x), 2);
        Assert.Equal(0, noise.Average(x => x * x * x), 1);
        Assert.Equal(3, noise.Average(x => x * x * x * x), 1);
    }
}
