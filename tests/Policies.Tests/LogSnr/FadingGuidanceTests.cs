namespace CachePolicies.Policies.Tests.LogSnr;

public class FadingGuidanceTests
{
    private static readonly Approximation Between = CachePolicy.LogSnr().Plan(Layouts.Flux).Skips[0].Approximation;
    private static readonly Approximation Late = CachePolicy.LogSnr().Plan(Layouts.Flux).Skips[1].Approximation;

    /// <summary>The flow, and a model that predicts noise.</summary>
    public static TheoryData<bool, bool, bool> Cases => new() { { true, false, true }, { true, false, false }, { false, false, true }, { false, true, true }, { true, true, false } };

    /// <summary>The formula of the documentation, computed in float64 from the values themselves.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_the_documented_formula(bool isFlow, bool isLate, bool hasTwo)
    {
        var (now, newest, before) = (At(0.31f, isFlow), At(0.46f, isFlow), At(0.72f, isFlow));
        var (z, own, conditional, kept, conditionalBefore, keptBefore, ownBefore) = (0.7, -0.4, 0.9, 0.25, 0.6, -1.1, 0.35);
        var (t, then, earlier) = (Time(now, isFlow), Time(newest, isFlow), Time(before, isFlow));
        var passed = L(t) - L(then);
        var rho = Math.Pow(S(t) / S(then), isLate ? 0.25f : 1.8f * then);
        var clean = conditional + (rho * (own - conditional)) - (passed * 0.08f * (kept - conditional));
        if (hasTwo)
        {
            var share = passed / (L(then) - L(earlier));
            clean += share * ((0.1f * (own - conditional - (ownBefore - conditionalBefore))) + (0.55f * (conditional - conditionalBefore)) - (0.07f * (kept - keptBefore)));
        }

        var (a, b) = isFlow ? (1.0, -(double)now.Sigma) : (1 / Math.Sqrt(1 - (now.Sigma * (double)now.Sigma)), -now.Sigma / Math.Sqrt(1 - (now.Sigma * (double)now.Sigma)));
        var expected = (clean - (a * z)) / b;

        EvaluationInfo[] computed = hasTwo ? [newest, before] : [newest];
        var scalars = new float[(isLate ? Late : Between).ScalarCount(computed.Length)];
        (isLate ? Late : Between).FillScalars(new SkipPoint(now, computed), scalars);
        double[] operands = [z, own, conditional, kept, conditionalBefore, keptBefore, ownBefore];
        Assert.Equal(expected, scalars.Zip(operands, (s, o) => s * o).Sum(), 4);
    }

    [Fact]
    public void Where_nothing_passed_it_is_what_was_computed()
    {
        var (now, before) = (At(0.4f, isFlow: true), At(0.6f, isFlow: true));
        var scalars = new float[Between.ScalarCount(2)];
        Between.FillScalars(new SkipPoint(now, [now, before]), scalars);
        Assert.Equal([1 / 0.4f, -1 / 0.4f, 0, 0, 0, 0, 0], scalars.Select(s => MathF.Round(s, 5) + 0f));
    }

    [Fact]
    public void Is_not_defined_without_noise() => Assert.False(Between.IsDefined(new SkipPoint(At(0, isFlow: true), [At(0.4f, isFlow: true)])));

    private static EvaluationInfo At(float sigma, bool isFlow)
    {
        var evaluation = new EvaluationInfo(1, 100, 0, sigma);
        var signal = MathF.Sqrt(1 - (sigma * sigma));
        return isFlow ? evaluation : evaluation with { Clean = new CleanEstimate(1 / signal, -sigma / signal) };
    }

    private static double Time(in EvaluationInfo evaluation, bool isFlow) =>
        isFlow ? evaluation.Sigma : evaluation.Sigma / (Math.Sqrt(1 - ((double)evaluation.Sigma * evaluation.Sigma)) + evaluation.Sigma);

    private static double L(double t) => Math.Log((1 - t + 0.35) / t);

    private static double S(double t) => t / (1 - t + 0.06);
}
