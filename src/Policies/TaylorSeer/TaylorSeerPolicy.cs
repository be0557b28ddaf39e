namespace CachePolicies.Policies;

/// <summary>Computes every N-th evaluation and extrapolates those between.</summary>
internal sealed class TaylorSeerPolicy(TaylorSeerOptions options, string name) : ICachePolicy
{
    private readonly int _interval = options.Interval;
    private readonly BoundaryRef _from = options.From;
    private readonly BoundaryRef _to = options.To;
    private readonly Approximation _approximation = options.Approximation.OfResidual(options.From);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout).Skip(_from, _to, _approximation);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

    private sealed class Session(TaylorSeerPolicy policy) : ICachePolicySession
    {
        private int _computed = -1;

        public CacheDecision Decide(in BoundaryVisit visit) =>
            !visit.CanSkip(policy._to) ? CacheDecision.ComputeBecause(ComputeReasons.NothingComputed)
            : TaylorSeerDecision.Extrapolates(policy._interval, visit.Evaluation.Index - _computed - 1) ? CacheDecision.Skip(policy._to)
            : CacheDecision.ComputeBecause(ComputeReasons.Interval);

        public void Complete(in EvaluationOutcome outcome) => _computed = outcome.FullyComputed ? outcome.Evaluation.Index : _computed;
    }
}
