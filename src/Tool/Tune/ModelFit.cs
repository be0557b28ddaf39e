using System.Globalization;
using CachePolicies.Policies;

namespace CachePolicies.Tool;

/// <summary>What is fitted to a model from its recorded runs.</summary>
/// <param name="Fingerprint">Identifies the model.</param>
/// <param name="Polynomials">TeaCache's: the identity, and the one that maps the change of the signal to the error of reusing the stack.</param>
/// <param name="CalibrationPath">Where MagCache's ratios were stored, or empty.</param>
internal sealed record ModelFit(string Fingerprint, IReadOnlyList<ModelPolynomial> Polynomials, string CalibrationPath)
{
    private const int HighestDegree = 4;
    private const string Signal = "modulated";

    /// <summary>Fits what a policy needs.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="runs">Recorded runs of one model.</param>
    /// <param name="calibrationPath">Where MagCache's ratios are stored.</param>
    /// <exception cref="UsageException">The runs are of different models.</exception>
    public static ModelFit To(PolicyEntry policy, IReadOnlyList<RecordedRun> runs, string calibrationPath)
    {
        string[] fingerprints = [.. runs.Select(r => r.Trace.Metadata.GetValueOrDefault("fingerprint", "")).Distinct()];
        if (fingerprints.Length > 1)
        {
            throw new UsageException($"The traces are of different models ({string.Join(", ", fingerprints.Select(f => f.Length == 0 ? "one without a fingerprint" : f))}); traces of one model are right.");
        }

        var fit = new ModelFit(fingerprints[0], [ModelPolynomial.Identity], "");
        return policy.Name switch
        {
            "teacache" => fit with { Polynomials = [ModelPolynomial.Identity, new ModelPolynomial(Polynomial(runs), fingerprints[0])] },
            "magcache" => fit with { CalibrationPath = Calibrate(runs, calibrationPath) },
            _ => fit,
        };
    }

    /// <summary>The points that TeaCache's polynomial is fitted to: the signal's change from one step to the next, and the error of reusing the stack's residual.</summary>
    internal static IReadOnlyList<(double X, double Y)> Points(RecordedRun run)
    {
        var plan = CachePlan.For(run.Layout)
            .Measure(new MeasurementKey(Signal), MeasurementSubject.SignalAt(BoundaryRole.Embedded, Signal), SimilarityEstimator.RelativeL1, ReferenceUpdate.EveryEvaluation)
            .Skip(BoundaryRole.Embedded, BoundaryRole.Detail, new AddResidual(BoundaryRole.Embedded));
        var distances = run.TableOf(plan.Measurements[0], needsReference: true);
        return [.. Enumerable.Range(1, run.Evaluations.Count - 1).Select(t => ((double)distances.At(t, t - 1), (double)run.ReuseError(plan.Kept[0], t, t - 1)))];
    }

    /// <summary>Of the degree up to <see cref="HighestDegree"/> that Akaike's criterion prefers.</summary>
    private static double[] Polynomial(IReadOnlyList<RecordedRun> runs)
    {
        (double X, double Y)[] points = [.. runs.SelectMany(Points).Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y))];
        var degrees = Math.Min(HighestDegree, (points.Length / 5) - 1);
        if (degrees < 1)
        {
            throw new UsageException($"TeaCache's polynomial needs at least 10 recorded steps; the traces hold {points.Length}.");
        }

        return Enumerable.Range(1, degrees)
            .Select(degree => PolynomialFit.Fit(points, degree))
            .MinBy(c => (points.Length * Math.Log(points.Sum(p => Math.Pow(p.Y - PolynomialFit.Evaluate(c, p.X), 2)) + double.Epsilon)) + (2 * c.Length))!;
    }

    private static string Calibrate(IReadOnlyList<RecordedRun> runs, string path)
    {
        var calibrator = new MagCacheCalibrator();
        foreach (var run in runs)
        {
            run.Replay(calibrator);
        }

        calibrator.Calibration.Save(path);
        return path;
    }
}

/// <summary>A polynomial of TeaCache.</summary>
/// <param name="Coefficients">From the highest power down.</param>
/// <param name="Fingerprint">The model that it was fitted to; empty where it is of none.</param>
internal sealed record ModelPolynomial(IReadOnlyList<double> Coefficients, string Fingerprint)
{
    public static ModelPolynomial Identity { get; } = new([1, 0], "");

    /// <summary>The polynomial as TeaCache's options.</summary>
    public string[] Settings =>
    [
        $"{nameof(TeaCacheOptions.Coefficients)}={string.Join(',', Coefficients.Select(c => c.ToString("R", CultureInfo.InvariantCulture)))}",
        .. Fingerprint.Length == 0 ? Array.Empty<string>() : [$"{nameof(TeaCacheOptions.ModelFingerprint)}={Fingerprint}"],
    ];
}
