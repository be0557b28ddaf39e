using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>ratio *= m_t; err += |1 − ratio|; skip the stack while err ≤ τ (and at most K in a row, which a decorator counts).</summary>
internal sealed class MagCachePolicy(MagCacheOptions options, string name) : ICachePolicy
{
    private readonly MagCacheCalibration _calibration = options.Ratios()!;
    private readonly float _threshold = options.Threshold;
    private readonly double _retention = options.RetentionRatio;
    private readonly Approximation _approximation = options.Approximation.OfResidual(Embedded);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => layout.Fingerprint == _calibration.Fingerprint
        ? CachePlan.For(layout).Skip(Embedded, Detail, _approximation)
        : throw new CachePlanException(
            $"The calibration is of the model with the fingerprint '{_calibration.Fingerprint}', but '{layout.Name}' has '{layout.Fingerprint}'. Run the calibration for this model.");

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this, MagCacheCurve.Of(_calibration, lane));

    private sealed class Session(MagCachePolicy policy, MagCacheCurve curve) : ICachePolicySession
    {
        private MagCacheState _state = MagCacheState.Start;
        private EvaluationInfo? _last;
        private WholeRun _run;

        public CacheDecision Decide(in BoundaryVisit visit)
        {
            var evaluation = _run.Place(visit.Evaluation);
            return MagCacheDecision.IsRetained(evaluation, policy._retention) ? CacheDecision.ComputeBecause(ComputeReasons.Retention)
                : !visit.CanSkip(Detail) ? CacheDecision.ComputeBecause(ComputeReasons.NothingComputed)
                : CacheDecision.SkipWhileAtMost(At(evaluation).Error, policy._threshold, Detail);
        }

        public void Complete(in EvaluationOutcome outcome)
        {
            _run.Complete(outcome.Evaluation);
            var evaluation = _run.Place(outcome.Evaluation);
            _state = outcome.FullyComputed ? MagCacheState.Start : At(evaluation);
            _last = evaluation;
        }

        private MagCacheState At(in EvaluationInfo evaluation) => _last is { } last ? curve.Advance(_state, last, evaluation) : _state;
    }
}
