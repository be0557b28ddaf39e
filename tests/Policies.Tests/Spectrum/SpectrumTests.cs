using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Policies.Tests.Spectrum;

public class SpectrumTests
{
    [Theory]
    [InlineData(0.75f, 14)]
    [InlineData(3f, 10)]
    public void Computes_as_many_of_fifty_as_published(float growth, int computed)
    {
        var letters = new PolicyWalk(CachePolicy.Spectrum(new SpectrumOptions { WindowGrowth = growth }), 50).Letters(Enumerable.Repeat(0f, 50));
        Assert.Equal(computed, letters.Count(l => l == 'C'));
        Assert.StartsWith("CCCCCrC", letters, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_of_one_that_does_not_grow_computes_all() =>
        Assert.Equal("CCCCCCCC", new PolicyWalk(CachePolicy.Spectrum(new SpectrumOptions { Window = 1, WindowGrowth = 0 }), 8).Letters(Enumerable.Repeat(0f, 8)));

    [Fact]
    public void The_published_ridge_forecasts_a_constant_too_low()
    {
        // Snapshots at 0, 1, 2, 3, 4, 6, 9, 13 of 50, forecast at 15: the weights add up to 0.930.
        Assert.Equal(0.930, Weights(new ChebyshevWeights(), 50, 15, 13, 9, 6, 4, 3, 2, 1, 0).Sum(), 1e-3);
        Assert.Equal(0.886, Weights(new ChebyshevWeights(), 28, 15, 13, 9, 6, 4, 3, 2, 1, 0).Sum(), 1e-3);
    }

    [Fact]
    public void Equals_the_normal_equations_solved_another_way()
    {
        // The dual form, w = (X Xᵀ + λI)⁻¹ X x, by Gaussian elimination on the snapshots.
        int[] at = [13, 9, 6, 4, 3, 2, 1, 0];
        var expected = Dual(at, 15, 50, degree: 4, ridge: 0.1f);
        Assert.Equal(expected, Weights(new ChebyshevWeights(), 50, 15, at), (x, y) => Math.Abs(x - y) < 1e-9);
    }

    [Fact]
    public void With_the_line_free_constants_and_lines_are_continued_exactly() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from gaps in Gen.Choose(1, 6).ArrayOf(7) from ahead in Gen.Choose(1, 9) from slope in Gen.Choose(-9, 9) select (gaps, ahead, slope)).ToArbitrary(),
        t =>
        {
            var at = t.gaps.Aggregate(new List<int> { 0 }, (list, gap) => [list[0] + gap, .. list]);
            var target = at[0] + t.ahead;
            var weights = Weights(new ChebyshevWeights(FreesLine: true), 60, target, [.. at]);
            Assert.Equal(1, weights.Sum(), 1e-9);
            Assert.Equal((t.slope * target) + 3.0, weights.Zip(at, (w, x) => w * ((t.slope * x) + 3)).Sum(), 1e-6);
        }));

    [Fact]
    public void A_large_gain_is_limited_and_said()
    {
        var forecast = new LinearForecast(new ChebyshevWeights(Ridge: 1e-6f)) { MaximumGain = 4 };
        EvaluationInfo[] computed = [At(4, 50), At(3, 50), At(2, 50), At(1, 50), At(0, 50)];
        Assert.Equal(4, forecast.GainOf(new SkipPoint(At(30, 50), computed), out var limited)!.Value, 1e-9);
        Assert.True(limited);
    }

    [Fact]
    public void Keeps_what_the_last_block_makes_and_measures_nothing()
    {
        var plan = CachePolicy.Spectrum().Plan(Layouts.Flux);
        Assert.Empty(plan.Measurements);
        Assert.Equal(10, Assert.Single(plan.Kept).Depth);
        Assert.Equal((0, 1), CachePolicy.Spectrum(new SpectrumOptions { From = "latent", To = "output" }).Plan(Layouts.Unsplit).Skips.Select(s => (s.From, s.To)).Single());
    }

    private static EvaluationInfo At(int index, int count) => new(index, count, 0, 1 - (index / (float)count));

    private static double[] Weights(ForecastWeights method, int count, int target, params int[] at)
    {
        var weights = new double[at.Length];
        Assert.True(method.TryFill(new SkipPoint(At(target, count), [.. at.Select(i => At(i, count))]), weights));
        return weights;
    }

    private static double[] Dual(int[] at, int target, int count, int degree, float ridge)
    {
        double[] Row(int index) => [.. Enumerable.Range(0, degree + 1).Select(n => Math.Cos(n * Math.Acos((2.0 * index / count) - 1)))];
        double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        var n = at.Length;
        var system = at.Select((i, r) => at.Select((j, c) => Dot(Row(i), Row(j)) + (r == c ? ridge : 0)).Append(Dot(Row(i), Row(target))).ToArray()).ToArray();
        for (var pivot = 0; pivot < n; pivot++)
        {
            for (var r = 0; r < n; r++)
            {
                var factor = r == pivot ? 0 : system[r][pivot] / system[pivot][pivot];
                for (var c = pivot; c <= n; c++)
                {
                    system[r][c] -= factor * system[pivot][c];
                }
            }
        }

        return [.. system.Select((row, r) => row[n] / row[r])];
    }
}
