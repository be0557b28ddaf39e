using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Policies.Tests.Forecasts;

public class MeanVelocityWeightsTests
{
    private static Gen<(float[] Sigmas, float Next)> Falling { get; } =
        from gaps in Gen.Choose(1, 50).ArrayOf(6)
        let at = gaps.Aggregate(new List<float> { 1 }, (list, gap) => [list[0] - (gap / 400f), .. list])
        select (at[1..].ToArray(), at[0]);

    [Fact]
    public void Equals_the_authors_formula_by_hand()
    {
        // σ 1, 0.7, 0.5, now 0.4, next 0.2: turn = 1/3; the mean has 1/2, 1/3 and 1/6 of the three velocities.
        var weights = WeightsOf(3, 0.4f, 0.2f, 0.5f, 0.7f, 1);
        Assert.Equal([1 + (1 / 18.0), 1 / 9.0, -1 / 6.0], weights.Select(w => Math.Round(w, 6)), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    /// <summary>The authors keep latents: what an Euler step by the velocities makes of them gives the same forecast.</summary>
    [Fact]
    public void Equals_the_formula_over_the_latents_of_an_Euler_run() => Check.QuickThrowOnFailure(Prop.ForAll(Falling.ToArbitrary(), run =>
    {
        var (sigmas, next) = run;
        double[] velocities = [.. sigmas.Select(s => Math.Sin(7 * s) + s)];
        for (var k = 1; k < sigmas.Length; k++)
        {
            // Entry 0 is the current evaluation; its latent is what the others moved it to.
            var start = 0.0;
            var moved = start;
            for (var j = k; j >= 1; j--)
            {
                moved += velocities[j] * (sigmas[j - 1] - (double)sigmas[j]);
            }

            var passed = sigmas[0] - (double)sigmas[k];
            var mean = (moved - start) / passed;
            var expected = velocities[1] - ((velocities[k] - mean) / passed * (next - (double)sigmas[0]));
            Assert.Equal(expected, WeightsOf(k, sigmas[0], next, sigmas[1..(k + 1)]).Zip(velocities[1..], (w, v) => w * v).Sum(), 1e-6);
        }
    }));

    [Fact]
    public void A_constant_is_continued_exactly() => Check.QuickThrowOnFailure(Prop.ForAll(Falling.ToArbitrary(), run =>
        Assert.Equal(1, WeightsOf(5, run.Sigmas[0], run.Next, run.Sigmas[1..]).Sum(), 1e-9)));

    [Theory]
    [InlineData(0.4f, float.NaN, 0.5f, 0.7f)] // Nobody says what comes next.
    [InlineData(0.6f, 0.5f, 0.5f, 0.7f)] // The schedule jumped back.
    [InlineData(0.5f, 0.4f, 0.5f, 0.5f)] // Twice at one place.
    public void Is_plain_reuse_where_there_is_no_mean(float now, float next, float newest, float before) =>
        Assert.Equal([1, 0], WeightsOf(2, now, next, newest, before));

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Means_are_taken_over_one_to_eight(int evaluations) => Assert.Throws<ArgumentOutOfRangeException>(() => new MeanVelocityWeights(evaluations));

    private static double[] WeightsOf(int k, float now, float next, params float[] newestFirst)
    {
        EvaluationInfo[] computed = [.. newestFirst.Select((s, i) => new EvaluationInfo(newestFirst.Length - i, 50, s, s))];
        var weights = new double[computed.Length];
        var point = new SkipPoint(new EvaluationInfo(newestFirst.Length + 1, 50, now, now) { NextSigma = next }, computed);
        if (k == 1)
        {
            weights[0] = 1;
            return weights;
        }

        Assert.True(new MeanVelocityWeights(k).TryFill(point, weights));
        return weights;
    }
}
