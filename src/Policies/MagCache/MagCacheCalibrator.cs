using System.Collections.Immutable;
using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>
/// A policy that computes everything and writes down how the stack's residual grows or shrinks from evaluation to evaluation. Run a few prompts
/// under it, with the number of steps that will be used, then ask for the <see cref="Calibration"/>. Thread-safe; of one model.
/// </summary>
public sealed class MagCacheCalibrator : ICachePolicy
{
    private static readonly MeasurementKey Ratio = new("magnitude-ratio");

    /// <summary>Mean over the tokens of ‖a‖ / ‖b‖, norms over the channels.</summary>
    private static readonly ISimilarityEstimator TokenRatio = SimilarityEstimator.Create(
        "magnitude-ratio",
        static (a, b, shape) => (a.Square().Mean(shape.Rank - 1) / b.Square().Mean(shape.Rank - 1)).Sqrt().Mean());

    private readonly Lock _lock = new();
    private readonly Dictionary<GuidanceBranch, (double[] Sums, int[] Counts)> _recorded = [];
    private float?[] _sigmas = [];
    private bool _hasEnded;
    private string? _fingerprint;

    /// <inheritdoc/>
    public string Name => "MagCacheCalibration";

    /// <summary>
    /// What was recorded so far, averaged over all lanes. Evaluations that never ran have no ratio; those that ran without one (the first, and the first
    /// after evaluations that a branch was left out of) take the neighbour's.
    /// </summary>
    /// <exception cref="InvalidOperationException">No generation has run to its end under this policy yet.</exception>
    public MagCacheCalibration Calibration
    {
        get
        {
            lock (_lock)
            {
                return _hasEnded
                    ? new MagCacheCalibration(_fingerprint ?? "", Average(GuidanceBranch.Conditional), Average(GuidanceBranch.Unconditional)) { Sigmas = [.. _sigmas.OfType<float>()] }
                    : throw new InvalidOperationException("Nothing was calibrated yet: run a generation under the calibrator first.");
            }
        }
    }

    /// <inheritdoc/>
    public CachePlan Plan(DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        lock (_lock)
        {
            if (_fingerprint is { } other && other != layout.Fingerprint)
            {
                throw new CachePlanException($"The calibrator has recorded the model with the fingerprint '{other}' and cannot add '{layout.Name}' ('{layout.Fingerprint}'); use one calibrator for each model.");
            }

            _fingerprint = layout.Fingerprint;
        }

        return CachePlan.For(layout).Measure(Ratio, MeasurementSubject.Residual(Embedded, Detail), TokenRatio, ReferenceUpdate.EveryEvaluation);
    }

    /// <inheritdoc/>
    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this, lane);

    /// <summary>The ratios of the evaluations that ran; the first is 1.</summary>
    private ImmutableArray<double> Average(GuidanceBranch branch)
    {
        if (!_recorded.TryGetValue(branch, out var recorded))
        {
            return [];
        }

        var ratios = ImmutableArray.CreateBuilder<double>();
        foreach (var (i, sigma) in _sigmas.Index())
        {
            if (sigma is not null)
            {
                ratios.Add(ratios.Count == 0 ? 1 : NearestOf(recorded, i));
            }
        }

        return ratios.ToImmutable();
    }

    private static double NearestOf((double[] Sums, int[] Counts) recorded, int index)
    {
        for (var distance = 0; distance < recorded.Counts.Length; distance++)
        {
            foreach (var i in (ReadOnlySpan<int>)[index + distance, index - distance])
            {
                if ((uint)i < (uint)recorded.Counts.Length && recorded.Counts[i] > 0)
                {
                    return recorded.Sums[i] / recorded.Counts[i];
                }
            }
        }

        return 1;
    }

    private void Record(GuidanceBranch branch, in EvaluationInfo evaluation, double? ratio)
    {
        lock (_lock)
        {
            if (_sigmas.Length == 0)
            {
                _sigmas = new float?[evaluation.Count];
            }

            if (_sigmas.Length != evaluation.Count)
            {
                throw new InvalidOperationException($"The calibrator has recorded runs of {_sigmas.Length} evaluations and cannot add one of {evaluation.Count}; calibrate each number of steps separately.");
            }

            if (_sigmas[evaluation.Index] is { } known && Math.Abs(known - evaluation.Sigma) > 1e-3f)
            {
                throw new InvalidOperationException(
                    $"The calibrator has recorded evaluation {evaluation.Index} at sigma {known} and cannot add one at {evaluation.Sigma}; calibrate each schedule separately.");
            }

            _sigmas[evaluation.Index] = evaluation.Sigma;
            _hasEnded |= evaluation.IsLast && branch == GuidanceBranch.Conditional;
            if (!_recorded.TryGetValue(branch, out var recorded))
            {
                _recorded[branch] = recorded = (new double[evaluation.Count], new int[evaluation.Count]);
            }

            if (ratio is { } measured && double.IsFinite(measured) && measured > 0)
            {
                recorded.Sums[evaluation.Index] += measured;
                recorded.Counts[evaluation.Index]++;
            }
        }
    }

    /// <summary>Hands over the ratio of each two evaluations that follow one another.</summary>
    private sealed class Session(MagCacheCalibrator owner, LaneInfo lane) : ICachePolicySession
    {
        private int? _last;

        public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.Compute;

        public void Complete(in EvaluationOutcome outcome)
        {
            var evaluation = outcome.Evaluation;
            owner.Record(lane.Branch, evaluation, _last == evaluation.Index - 1 ? outcome.Distance(Ratio) : null);
            _last = evaluation.Index;
        }
    }
}
