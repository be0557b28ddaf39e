using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Policies.Tests.Forecasts;

public class ModesWeightsTests
{
    [Fact]
    public void Two_exponentials_are_continued_exactly_over_any_distance() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from rates in Gen.Choose(60, 110).Two() where Math.Abs(rates.Item1 - rates.Item2) > 10 from gap in Gen.Choose(1, 4) from ahead in Gen.Choose(1, 7) select (rates, gap, ahead)).ToArbitrary(),
        t =>
        {
            double[] H(double x) => Vector(i => (Math.Pow(t.rates.Item1 / 100.0, x / 4) * (1 + i)) + (Math.Pow(t.rates.Item2 / 100.0, x / 4) * Math.Cos(i)));
            AssertContinues(H, t.gap, t.ahead, 1e-5);
        }));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    public void Constants_lines_and_turns_are_continued_exactly(int gap, int ahead)
    {
        AssertContinues(_ => Vector(i => 1 + i), gap, ahead, 1e-6);
        AssertContinues(x => Vector(i => 1 + i + (0.1 * x * Math.Cos(i))), gap, ahead, 1e-3);
        AssertContinues(x => Vector(i => (Math.Cos(0.2 * x) * (1 + i)) + (Math.Sin(0.2 * x) * Math.Cos(i))), gap, ahead, 1e-5);
    }

    [Fact]
    public void Over_uneven_gaps_a_line_is_continued_exactly() =>
        Assert.Equal(H(12), Forecast(H, 12, 9, 8, 5, 3), (x, y) => Math.Abs(x - y) < 1e-9);

    [Fact]
    public void A_direction_that_turns_round_is_led_on_by_first_order()
    {
        // +, −, +, −, +: the map is −1, which has no power of a half; 4 + 2 · (4 − 3) steps along the last difference.
        var forecast = Forecast(x => Vector(i => (x % 2 == 0 ? 1 : -1) * (1 + i)), 6, 4, 3, 2, 1, 0);
        Assert.Equal(Vector(i => 5 * (1 + i)), forecast, (x, y) => Math.Abs(x - y) < 1e-9);
    }

    [Fact]
    public void Equals_the_decomposition_of_the_vectors_themselves()
    {
        // Two directions, found by hand: X = [h₁ h₂] spans the plane, so that Ã = X⁻¹ Y within it and the forecast is h₀ led on by it.
        double[][] h = [[2, 1], [1, 1.5], [0.25, 1.75]];
        var determinant = (h[1][0] * h[2][1]) - (h[2][0] * h[1][1]);
        double[] inverse = [h[2][1] / determinant, -h[2][0] / determinant, -h[1][1] / determinant, h[1][0] / determinant];
        double A(int r, int c) => (h[0][r] * inverse[c]) + (h[1][r] * inverse[2 + c]);
        double[] once = [(A(0, 0) * h[0][0]) + (A(0, 1) * h[0][1]), (A(1, 0) * h[0][0]) + (A(1, 1) * h[0][1])];
        double[] twice = [(A(0, 0) * once[0]) + (A(0, 1) * once[1]), (A(1, 0) * once[0]) + (A(1, 1) * once[1])];
        Assert.Equal(twice, Combined(h, WeightsOf(h, 8, 6, 5, 4)), (x, y) => Math.Abs(x - y) < 1e-9);
    }

    private static double[] H(double x) => Vector(i => 3 + i - (0.2 * x * Math.Sin(i)));

    private static double[] Vector(Func<int, double> element) => [.. Enumerable.Range(0, 40).Select(element)];

    private static void AssertContinues(Func<double, double[]> h, int gap, int ahead, double tolerance)
    {
        int[] at = [.. Enumerable.Range(0, 5).Select(i => (4 - i) * gap)];
        var target = at[0] + ahead;
        Assert.Equal(h(target), Forecast(h, target, at), (x, y) => Math.Abs(x - y) <= tolerance * 40);
    }

    private static double[] Forecast(Func<double, double[]> h, int target, params int[] at)
    {
        double[][] kept = [.. at.Select(x => h(x))];
        return Combined(kept, WeightsOf(kept, target, at));
    }

    private static double[] Combined(double[][] kept, double[] weights) =>
        [.. Enumerable.Range(0, kept[0].Length).Select(i => kept.Zip(weights, (k, w) => w * k[i]).Sum())];

    private static double[] WeightsOf(double[][] kept, int target, params int[] at)
    {
        var weights = new double[kept.Length];
        double[] products = [.. from a in kept from b in kept select a.Zip(b, (x, y) => x * y).Sum()];
        static EvaluationInfo At(int index) => new(index, 60, 60 - index, 1 - (index / 60f));
        Assert.True(new ModesWeights(Math.Max(3, kept.Length)).TryFill(new SkipPoint(At(target), [.. at.Select(At)], products, kept.Length), weights));
        return weights;
    }
}
