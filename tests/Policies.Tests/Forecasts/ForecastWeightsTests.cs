using FsCheck;
using FsCheck.Fluent;

namespace CachePolicies.Policies.Tests.Forecasts;

public class ForecastWeightsTests
{
    private static readonly float ExactScale = MathF.Sqrt(0.5f);

    /// <summary>Every forecast that promises to continue a constant, and a line.</summary>
    public static TheoryData<string> Exact => [.. Methods.Keys];

    private static Dictionary<string, Func<ForecastWeights>> Methods { get; } = new()
    {
        ["Newton 1"] = () => new NewtonWeights(1),
        ["Newton 2"] = () => new NewtonWeights(2),
        ["Newton 3"] = () => new NewtonWeights(3),
        ["Hermite 1"] = () => new HermiteWeights(1, ExactScale),
        ["Hermite 2"] = () => new HermiteWeights(2, ExactScale),
        ["Hermite 3"] = () => new HermiteWeights(3, ExactScale),
        ["Heun"] = () => new HeunWeights(),
        ["Chebyshev"] = () => new ChebyshevWeights(FreesLine: true),
        ["Blend"] = () => new BlendedWeights(new NewtonWeights(2), new ChebyshevWeights(FreesLine: true), 0.3f),
    };

    private static Gen<(int[] At, int Target)> Places { get; } =
        from gaps in Gen.Choose(1, 6).ArrayOf(7)
        from ahead in Gen.Choose(1, 6)
        let at = gaps.Aggregate(new List<int> { 0 }, (list, gap) => [list[0] + gap, .. list])
        select (at.ToArray(), at[0] + ahead);

    [Theory]
    [MemberData(nameof(Exact))]
    public void Constants_and_lines_are_continued_exactly_over_uneven_gaps(string method) => Check.QuickThrowOnFailure(Prop.ForAll(Places.ToArbitrary(), p =>
    {
        Assert.Equal(7, Forecast(Methods[method](), p, _ => 7), 1e-6);
        Assert.Equal(3 - (0.5 * p.Target), Forecast(Methods[method](), p, x => 3 - (0.5 * x)), 1e-5);
    }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Newton_is_exact_on_polynomials_of_its_order(int order) => Check.QuickThrowOnFailure(Prop.ForAll(Places.ToArbitrary(), p =>
    {
        double F(double x) => Math.Pow(x / 10, order) - (2 * x / 10);
        Assert.Equal(F(p.Target), Forecast(new NewtonWeights(order), p, F), 1e-6);
    }));

    [Fact]
    public void A_phase_continues_what_is_a_line_in_it_and_saturates() => Check.QuickThrowOnFailure(Prop.ForAll(Places.ToArbitrary(), p =>
    {
        // Two places lie at ∓tanh 0.55 of their mean, whatever their gap.
        double mean = (p.At[0] + p.At[1]) / 2.0, half = (p.At[0] - p.At[1]) / 2.0;
        double F(double x) => 4 + (3 * Math.Tanh(0.55f * (x - mean) / half));
        var weights = WeightsOf(new PhaseWeights(), p.Target, p.At);
        Assert.Equal(F(p.Target), weights.Zip(p.At, (w, x) => w * F(x)).Sum(), 1e-9);
        Assert.Equal(1, weights.Sum(), 1e-9);
        Assert.InRange(weights[0], 1, 1.5);
    }));

    [Fact]
    public void Hermite_equals_its_definition()
    {
        // h at 9, 7, 4, 3; forecast at 12: k = 3, σ = 0.5, x = 1.5.
        double[] h = [5, 2, -1, 4];
        double d10 = (5 - 2) / 2.0, d11 = (2 - -1) / 3.0, d12 = (-1 - 4) / 1.0;
        double d20 = (d10 - d11) / 2, d21 = (d11 - d12) / 3, d30 = (d20 - d21) / 2;
        double H(int n, double x) => n switch { 0 => 1, 1 => 2 * x, _ => (2 * x * H(n - 1, x)) - (2 * (n - 1) * H(n - 2, x)) };
        var expected = 5 + (d10 * 0.5 * H(1, 1.5)) + (d20 * 0.25 * H(2, 1.5) / 2) + (d30 * 0.125 * H(3, 1.5) / 6);
        Assert.Equal(expected, WeightsOf(new HermiteWeights(3), 12, 9, 7, 4, 3).Zip(h, (w, x) => w * x).Sum(), 1e-9);
    }

    [Fact]
    public void Newton_equals_divided_differences() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from p in Places from h in Gen.Choose(-100, 100).ArrayOf(4) select (p, h)).ToArbitrary(),
        t =>
        {
            double[] x = [.. t.p.At.Take(4).Select(i => (double)i)], table = [.. t.h.Select(v => (double)v)];
            var (sum, product) = (table[0], 1.0);
            for (var order = 1; order < 4; order++)
            {
                for (var i = 0; i + order < 4; i++)
                {
                    table[i] = (table[i + 1] - table[i]) / (x[i + order] - x[i]);
                }

                product *= t.p.Target - x[order - 1];
                sum += product * table[0];
            }

            Assert.Equal(sum, WeightsOf(new NewtonWeights(3), t.p.Target, t.p.At).Zip(t.h, (w, v) => w * v).Sum(), 1e-5 * (1 + Math.Abs(sum)));
        }));

    [Fact]
    public void Heun_equals_its_two_steps()
    {
        // h at 8, 5, 4; forecast at 10. The slope of the parabola through three points is that of its two secants, led on.
        double[] h = [2, 3, 7];
        double Slope(double x0, double x1, double x2, double h0, double h1, double h2)
        {
            var (first, second) = ((h0 - h1) / (x0 - x1), (h1 - h2) / (x1 - x2));
            return first + ((first - second) / (x0 - x2) * (x0 - x1));
        }

        var slope = Slope(8, 5, 4, h[0], h[1], h[2]);
        var predicted = h[0] + (2 * slope);
        var expected = h[0] + ((slope + Slope(10, 8, 5, predicted, h[0], h[1])) * 2 / 2);
        Assert.Equal(expected, WeightsOf(new HeunWeights(), 10, 8, 5, 4).Zip(h, (w, x) => w * x).Sum(), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Exact))]
    public void Where_a_schedule_jumps_back_the_newest_evaluation_alone_is_used(string method)
    {
        var weights = WeightsOf(Methods[method](), 5, 9, 7, 4, 3);
        Assert.Equal(1, weights[0], 1e-6);
        Assert.All(weights[1..], w => Assert.Equal(0, w));
    }

    [Fact]
    public void A_gain_that_is_too_large_is_led_back_and_said()
    {
        foreach (var method in Methods.Values.Select(m => m()).Where(m => m is not ChebyshevWeights and not BlendedWeights))
        {
            var forecast = new LinearForecast(method) { MaximumGain = 2 };
            EvaluationInfo[] computed = [.. new[] { 3, 2, 1, 0 }.Take(method.MaximumHistory).Select(At)];
            Assert.Equal(2, forecast.GainOf(new SkipPoint(At(30), computed), out var limited)!.Value, 1e-9);
            Assert.True(limited);
            Span<double> weights = new double[computed.Length];
            Assert.True(forecast.TryWeigh(new SkipPoint(At(30), computed), weights, out _));
            Assert.Equal(1, weights.ToArray().Sum(), 1e-6);
        }
    }

    [Fact]
    public void What_is_kept_and_not_finite_computes()
    {
        foreach (var (method, bad) in from m in Methods.Values from b in new[] { double.NaN, double.PositiveInfinity } select (m(), b))
        {
            EvaluationInfo[] computed = [At(4), At(2)];
            Assert.False(new LinearForecast(method).IsDefined(new SkipPoint(At(6), computed, [bad, 0, 0, 1], 2)));
            Assert.True(new LinearForecast(method).IsDefined(new SkipPoint(At(6), computed, [1, 0, 0, 1], 2)));
        }
    }

    private static EvaluationInfo At(int index) => new(index, 60, 60 - index, 1 - (index / 60f));

    private static double Forecast(ForecastWeights method, (int[] At, int Target) places, Func<double, double> f) =>
        WeightsOf(method, places.Target, places.At).Zip(places.At, (w, x) => w * f(x)).Sum();

    private static double[] WeightsOf(ForecastWeights method, int target, params int[] at)
    {
        EvaluationInfo[] computed = [.. at.Take(method.MaximumHistory).Select(At)];
        var weights = new double[computed.Length];
        Assert.True(method.TryFill(new SkipPoint(At(target), computed), weights));
        return weights;
    }
}
