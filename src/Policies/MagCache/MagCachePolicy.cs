using System.Collections.Immutable;
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

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this, _calibration.For(lane.Branch, lane.EvaluationCount));

    private sealed class Session(MagCachePolicy policy, ImmutableArray<double> ratios) : ICachePolicySession
    {
        private MagCacheState _state = MagCacheState.Start;

        public CacheDecision Decide(in BoundaryVisit visit) =>
            MagCacheDecision.IsRetained(visit.Evaluation, policy._retention) ? CacheDecision.ComputeBecause(ComputeReasons.Retention)
            : !visit.CanSkip(Detail) ? CacheDecision.ComputeBecause(ComputeReasons.NothingComputed)
            : CacheDecision.SkipWhileAtMost(_state.Next(ratios[visit.Evaluation.Index]).Error, policy._threshold, Detail);

        public void Complete(in EvaluationOutcome outcome) =>
            _state = outcome.FullyComputed ? MagCacheState.Start : _state.Next(ratios[outcome.Evaluation.Index]);
    }
}
