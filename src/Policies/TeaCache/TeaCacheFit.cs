using System.Globalization;

namespace CachePolicies.Policies;

/// <summary>Fits TeaCache's polynomial to recorded runs: from the change of the signal to the error of reusing the stack.</summary>
internal static class TeaCacheFit
{
    private const int HighestDegree = 4;

    /// <summary>The identity, and the polynomial of the degree up to <see cref="HighestDegree"/> that Akaike's criterion prefers.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Calibrate(IReadOnlyList<IRecordedGeneration> runs, string path) =>
        [Settings([1, 0], ""), Settings(Polynomial(runs), runs[0].Fingerprint)];

    /// <summary>The points that it is fitted to: the signal's change from one step to the next, and the error of reusing the stack's residual.</summary>
    public static IReadOnlyList<(double X, double Y)> Points(IRecordedGeneration run)
    {
        return run.ChangesAndErrors(CachePlan.For(run.Layout)
            .Measure(new MeasurementKey(FirstBlockInput.Modulated), FirstBlockInput.Of(run.Layout, asked: null), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded)));
    }

    private static double[] Polynomial(IReadOnlyList<IRecordedGeneration> runs)
    {
        (double X, double Y)[] points = [.. runs.SelectMany(Points).Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y))];
        var degrees = Math.Min(HighestDegree, (points.Length / 5) - 1);
        return degrees < 1
            ? throw new InvalidDataException($"TeaCache's polynomial needs at least 10 recorded steps; the traces hold {points.Length}.")
            : Enumerable.Range(1, degrees)
                .Select(degree => PolynomialFit.Fit(points, degree))
                .MinBy(c => (points.Length * Math.Log(points.Sum(p => Math.Pow(p.Y - PolynomialFit.Evaluate(c, p.X), 2)) + double.Epsilon)) + (2 * c.Length))!;
    }

    private static string[] Settings(double[] coefficients, string fingerprint) =>
    [
        $"{nameof(TeaCacheOptions.Coefficients)}={string.Join(',', coefficients.Select(c => c.ToString("R", CultureInfo.InvariantCulture)))}",
        .. fingerprint.Length == 0 ? Array.Empty<string>() : [$"{nameof(TeaCacheOptions.ModelFingerprint)}={fingerprint}"],
    ];
}
