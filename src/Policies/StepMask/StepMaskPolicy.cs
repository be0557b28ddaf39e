using System.Collections.Immutable;

namespace CachePolicies.Policies;

/// <summary>Skips whenever there is something to reuse. What is computed says the mask, a rule around the policy, or a schedule that was found for the model.</summary>
internal sealed class StepMaskPolicy : ICachePolicy, ICachePolicySession
{
    private readonly BoundaryRef _from;
    private readonly BoundaryRef _to;
    private readonly Approximation _approximation;
    private readonly ComputeSchedule? _schedule;
    private readonly ImmutableArray<int> _computed;
    private readonly string[] _settings;

    public StepMaskPolicy(StepMaskOptions options, string name)
    {
        Name = name;
        (_from, _to) = (options.From, options.To);
        _approximation = options.Approximation.OfResidual(options.From);
        _schedule = options.Found();
        _computed = _schedule?.For(options.Evaluations) ?? [];
        _settings = [.. ComputeSchedule.SettingsOf(options)];
    }

    public string Name { get; }

    public CachePlan Plan(DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (_schedule?.Difference(layout) is { } difference)
        {
            throw new CachePlanException($"The schedule was found for {difference}. Find one for this model.");
        }

        var plan = CachePlan.For(layout).Skip(_from, _to, _approximation);
        return _schedule is null || _settings.ToHashSet().SetEquals(_schedule.Found)
            ? plan
            : plan.Note($"The schedule of {Name} was found with {(_schedule.Found.IsEmpty ? "the default settings" : string.Join(", ", _schedule.Found))}; other settings may want another.");
    }

    public ICachePolicySession CreateSession(in LaneInfo lane) => _schedule is null ? this : new ScheduledSession(this);

    public CacheDecision Decide(in BoundaryVisit visit) =>
        visit.CanSkip(_to) ? CacheDecision.Skip(_to) : CacheDecision.ComputeBecause(ComputeReasons.NothingComputed);

    /// <summary>Computes what the schedule lists, or the next evaluation that runs where the lane was left out of a listed one.</summary>
    private sealed class ScheduledSession(StepMaskPolicy policy) : ICachePolicySession
    {
        private int _next;

        public CacheDecision Decide(in BoundaryVisit visit)
        {
            var evaluation = visit.Evaluation;
            if (policy._schedule!.Difference(evaluation) is { } difference)
            {
                throw new CachePlanException($"The schedule was found for {difference}. Find one for this sampler and number of steps.");
            }

            var isListed = _next < policy._computed.Length && policy._computed[_next] <= evaluation.Index;
            return isListed ? CacheDecision.ComputeBecause(ComputeReasons.Schedule) : policy.Decide(visit);
        }

        public void Complete(in EvaluationOutcome outcome)
        {
            while (_next < policy._computed.Length && policy._computed[_next] <= outcome.Evaluation.Index)
            {
                _next++;
            }
        }
    }
}
