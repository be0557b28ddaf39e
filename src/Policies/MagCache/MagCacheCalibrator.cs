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
    private string? _fingerprint;

    /// <inheritdoc/>
    public string Name => "MagCacheCalibration";

    /// <summary>What was recorded so far, averaged over all lanes.</summary>
    /// <exception cref="InvalidOperationException">No generation has run to its end under this policy yet.</exception>
    public MagCacheCalibration Calibration
    {
        get
        {
            lock (_lock)
            {
                return _recorded.ContainsKey(GuidanceBranch.Conditional)
                    ? new MagCacheCalibration(_fingerprint ?? "", Average(GuidanceBranch.Conditional), Average(GuidanceBranch.Unconditional))
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

    private ImmutableArray<double> Average(GuidanceBranch branch) => _recorded.TryGetValue(branch, out var recorded)
        ? [.. recorded.Sums.Select((sum, i) => recorded.Counts[i] == 0 ? 1 : sum / recorded.Counts[i])]
        : [];

    private void Record(GuidanceBranch branch, ReadOnlySpan<double> ratios)
    {
        lock (_lock)
        {
            if (!_recorded.TryGetValue(branch, out var recorded))
            {
                _recorded[branch] = recorded = (new double[ratios.Length], new int[ratios.Length]);
            }

            if (recorded.Sums.Length != ratios.Length)
            {
                throw new InvalidOperationException($"The calibrator has recorded runs of {recorded.Sums.Length} evaluations and cannot add one of {ratios.Length}; calibrate each number of steps by itself.");
            }

            for (var i = 0; i < ratios.Length; i++)
            {
                if (double.IsFinite(ratios[i]))
                {
                    recorded.Sums[i] += ratios[i];
                    recorded.Counts[i]++;
                }
            }
        }
    }

    /// <summary>Hands its ratios over when the last evaluation has ended, so that a run that fails leaves nothing behind.</summary>
    private sealed class Session(MagCacheCalibrator owner, LaneInfo lane) : ICachePolicySession
    {
        private readonly double[] _ratios = new double[lane.EvaluationCount];

        public CacheDecision Decide(in BoundaryVisit visit) => CacheDecision.Compute;

        public void Complete(in EvaluationOutcome outcome)
        {
            _ratios[outcome.Evaluation.Index] = outcome.Distance(Ratio);
            if (outcome.Evaluation.IsLast)
            {
                owner.Record(lane.Branch, _ratios);
            }
        }
    }
}
