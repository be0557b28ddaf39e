using System.Globalization;

namespace CachePolicies.Engine;

/// <summary>How many evaluations of a lane were computed in full, in part and not at all, on average; <see cref="EvaluationRecord.Share"/> says which is which.</summary>
/// <param name="Full">Every stage.</param>
/// <param name="Part">Some blocks.</param>
/// <param name="Skipped">No block.</param>
public sealed record ExtentCounts(double Full, double Part, double Skipped)
{
    /// <summary>The counts over the lanes of a run.</summary>
    public static ExtentCounts Of(IReadOnlyCollection<EvaluationRecord> evaluations)
    {
        ArgumentNullException.ThrowIfNull(evaluations);
        var lanes = Math.Max(1, evaluations.Select(e => (e.Lane.Sample, e.Lane.Branch)).Distinct().Count());
        double Count(ComputedShare extent) => evaluations.Count(e => e.Share == extent) / (double)lanes;
        return new ExtentCounts(Count(ComputedShare.Full), Count(ComputedShare.Partial), Count(ComputedShare.Skipped));
    }

    /// <summary>The means over several runs, at least one.</summary>
    public static ExtentCounts Mean(IReadOnlyCollection<ExtentCounts> runs) =>
        new(runs.Average(r => r.Full), runs.Average(r => r.Part), runs.Average(r => r.Skipped));

    /// <summary>As tables show them: <c>12 / 0 / 88</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Full:F0} / {Part:F0} / {Skipped:F0}");
}
