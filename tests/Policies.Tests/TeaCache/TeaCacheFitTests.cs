namespace CachePolicies.Policies.Tests.TeaCache;

public class TeaCacheFitTests
{
    [Fact]
    public void A_polynomial_is_found_again_from_its_points()
    {
        double[] polynomial = [2, -3, 0.5, 1];
        var points = Enumerable.Range(0, 30).Select(i => (X: 0.02 + (i * 0.003), Y: 0.0)).Select(p => (p.X, PolynomialFit.Evaluate(polynomial, p.X))).ToArray();

        var found = PolynomialFit.Fit(points, 3);

        Assert.All(found.Zip(polynomial), p => Assert.Equal(p.Second, p.First, 1e-6));
        Assert.Throws<ArgumentException>(() => PolynomialFit.Fit([(1, 2), (1, 3)], 1));
    }

    [Fact]
    public void Runs_give_the_identity_and_a_polynomial_that_fits_better_and_is_bound_to_the_model()
    {
        var run = new Run([.. Enumerable.Range(1, 30).Select(i => i * 0.01).Select(x => (x, (3 * x * x) + (0.5 * x) + 0.1))]);

        var settings = TeaCacheFit.Calibrate([run], "");

        Assert.Equal(["Coefficients=1,0"], settings[0]);
        Assert.Equal("ModelFingerprint=weights-1", settings[1][1]);
        var coefficients = settings[1][0]["Coefficients=".Length..].Split(',').Select(c => double.Parse(c, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.All(run.Pairs, p => Assert.Equal(p.Error, PolynomialFit.Evaluate(coefficients, p.Change), 1e-6));
    }

    [Fact]
    public void Too_few_steps_are_refused() =>
        Assert.Contains("at least 10 recorded steps; the traces hold 3", Assert.Throws<InvalidDataException>(() => TeaCacheFit.Calibrate([new Run([(1, 1), (2, 2), (3, 3)])], "")).Message, StringComparison.Ordinal);

    private sealed class Run(IReadOnlyList<(double Change, double Error)> pairs) : IRecordedGeneration
    {
        public IReadOnlyList<(double Change, double Error)> Pairs => pairs;

        public DenoiserLayout Layout => Layouts.Flux;

        public string Fingerprint => Layout.Fingerprint;

        public void Replay(ICachePolicy policy) => throw new NotSupportedException();

        public IReadOnlyList<(double Change, double Error)> ChangesAndErrors(CachePlan plan) => pairs;
    }
}
