namespace CachePolicies.Policies;

/// <summary>Computes the evaluations that are nearest to marks evenly spaced in log-SNR, and forecasts the clean picture between them.</summary>
internal sealed class LogSnrPolicy(LogSnrOptions options, string name) : ICachePolicy
{
    private static readonly BoundaryRef Output = BoundaryRole.Output;

    private readonly int _evaluations = options.Evaluations;
    private readonly Approximation _between = Of(options, isLate: false);
    private readonly Approximation _late = Of(options, isLate: true);

    public string Name => name;

    public CachePlan Plan(DenoiserLayout layout) => CachePlan.For(layout)
        .Skip(BoundaryRole.Latent, Output, _between)
        .Skip(BoundaryRole.Latent, Output, _late)
        .Together(DecisionScope.PerSample);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

    private static Approximation Of(LogSnrOptions options, bool isLate) => options.Approximation is not { Method: SkipMethod.Plain, Keep: KeptSubject.Published }
        ? options.Approximation.OfOutput()
        : new FadingGuidance(options.Fade, options.LateFade, options.Trend, options.DifferenceTrend, options.Feedback, options.Pull, isLate);

    private sealed class Session(LogSnrPolicy policy) : ICachePolicySession
    {
        private LogSnrMarks _marks = new(policy._evaluations);

        public CacheDecision Decide(in BoundaryVisit visit) =>
            !visit.CanSkip(Output) ? CacheDecision.ComputeBecause(ComputeReasons.NothingComputed)
            : _marks.IsDue(visit.Evaluation) ? CacheDecision.ComputeBecause(ComputeReasons.Schedule)
            : CacheDecision.Skip(Output, _marks.HaveEnded ? policy._late : policy._between);

        public void Complete(in EvaluationOutcome outcome)
        {
            if (outcome.FullyComputed)
            {
                _marks.Computed(outcome.Evaluation);
            }
        }
    }
}
