using static CachePolicies.BoundaryRole;

namespace CachePolicies.Policies;

/// <summary>Reuses from after the first F to before the last B blocks while rel(s_ref, s) &lt; τ, s the residual of the first F blocks.</summary>
internal sealed class DBCachePolicy(DBCacheOptions options, string name) : ICachePolicy
{
    public static readonly MeasurementKey FirstBlocks = new("first-blocks");

    private readonly float _threshold = options.Threshold;
    private readonly float? _maximumAccumulated = options.MaximumAccumulatedDistance;
    private readonly BoundaryRef _probe = options.Probe;
    private readonly BoundaryRef _tail = options.Tail;
    private readonly Approximation _add = options.Approximation.OfResidual(options.Probe, Embedded, options.Probe);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Measure(FirstBlocks, MeasurementSubject.Residual(Embedded, _probe), SimilarityEstimator.RelativeL1, ReferenceUpdate.WhenFullyComputed)
        .Skip(_probe, _tail, _add);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

    private sealed class Session(DBCachePolicy policy) : ICachePolicySession
    {
        private double _accumulated;

        public CacheDecision Decide(in BoundaryVisit visit)
        {
            var distance = visit.Distance(FirstBlocks);
            return policy._maximumAccumulated is { } maximum && !CacheDecision.IsBelow(_accumulated + distance, maximum)
                ? CacheDecision.SkipWhileBelow(_accumulated + distance, maximum, policy._tail)
                : CacheDecision.SkipBelow(distance, policy._threshold, policy._tail);
        }

        public void Complete(in EvaluationOutcome outcome)
        {
            if (policy._maximumAccumulated is not null)
            {
                _accumulated = outcome.FullyComputed ? 0 : _accumulated + outcome.Distance(FirstBlocks);
            }
        }
    }
}
