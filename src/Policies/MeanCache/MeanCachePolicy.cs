using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>Computes the evaluations of a path, and continues the mean velocity between them.</summary>
internal sealed class MeanCachePolicy : ICachePolicy
{
    private static readonly BoundaryRef Output = BoundaryRole.Output;

    private readonly MeanCachePath _path;

    // By the number of evaluations that a mean is taken over.
    private readonly ImmutableArray<Approximation> _forecasts;

    public MeanCachePolicy(MeanCacheOptions options, string name)
    {
        Name = name;
        _path = MeanCachePath.TryParse(options.Path, out var path) ? path : throw new ArgumentException($"The path '{Excerpt.Of(options.Path)}' cannot be read.", nameof(options));
        var other = options.Approximation is { Method: SkipMethod.Plain, Keep: KeptSubject.Published } ? null : options.Approximation.OfOutput();
        _forecasts = [.. Enumerable.Range(1, path.Means.Max()).Select(k => other ?? new LinearForecast(new MeanVelocityWeights(k)) { MaximumGain = options.Approximation.MaximumGain ?? double.PositiveInfinity })];
    }

    public string Name { get; }

    public CachePlan Plan(DenoiserLayout layout) => _path.Means.Select(ForecastOf).Distinct()
        .Aggregate(CachePlan.For(layout), static (plan, forecast) => plan.Skip(BoundaryRole.Latent, Output, forecast))
        .Together(DecisionScope.PerSample);

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this);

    private Approximation ForecastOf(int mean) => _forecasts[mean - 1];

    private sealed class Session(MeanCachePolicy policy) : ICachePolicySession
    {
        private WholeRun _run;
        private int _last = -1;

        public CacheDecision Decide(in BoundaryVisit visit)
        {
            var evaluation = _run.Place(visit.Evaluation);
            if (policy._path.Length > evaluation.Count)
            {
                throw new CachePlanException($"The path of {policy.Name} ends at evaluation {policy._path.Length - 1}, but the run has {evaluation.Count}, counted from 0; expected a shorter path or more steps.");
            }

            return !visit.CanSkip(Output) ? CacheDecision.ComputeBecause(ComputeReasons.NothingComputed)
                : policy._path.MeanAt(evaluation, _last) is > 0 and var mean ? CacheDecision.Skip(Output, policy.ForecastOf(mean))
                : CacheDecision.ComputeBecause(ComputeReasons.Schedule);
        }

        public void Complete(in EvaluationOutcome outcome)
        {
            _run.Complete(outcome.Evaluation);
            _last = _run.Place(outcome.Evaluation).Index;
        }
    }
}
