namespace CachePolicies.Policies.Tests;

/// <summary>
/// Walks a session over evaluations as the engine does, with distances that the test tells instead of tensors: asks where the plan declares a
/// skip, goes where the session says, then completes. Distances are +∞ before anything was computed.
/// </summary>
internal sealed class PolicyWalk : IMeasurementSource
{
    private readonly CachePlan _plan;
    private readonly ICachePolicySession _session;
    private readonly int _count;
    private Func<string, float> _distances = _ => float.NaN;
    private int _at;
    private int _next;
    private bool _computedBefore;

    public PolicyWalk(ICachePolicy policy, int evaluations, DenoiserLayout? layout = null)
    {
        _plan = policy.Plan(layout ?? Layouts.Flux);
        _session = policy.CreateSession(new LaneInfo(0, GuidanceBranch.Conditional, evaluations));
        _count = evaluations;
    }

    /// <summary>What was answered in the last evaluation, in order.</summary>
    public List<CacheDecision> Decisions { get; } = [];

    /// <summary>The measurements that were asked for in the last evaluation.</summary>
    public List<string> Asked { get; } = [];

    public StageSet Computed { get; private set; }

    public bool FullyComputed => Computed.Count == _plan.Layout.Stages.Length;

    /// <summary>Runs the next evaluation with the same distance for every measurement.</summary>
    public PolicyWalk Next(float distance) => Next(_ => distance);

    /// <summary>Runs the next evaluation.</summary>
    /// <param name="distances">The distance of each measurement, by its name.</param>
    /// <param name="overrule">Computes whatever the session says, as an engine or a decorator may.</param>
    public PolicyWalk Next(Func<string, float> distances, bool overrule = false)
    {
        _distances = distances;
        Decisions.Clear();
        Asked.Clear();
        Computed = default;
        var evaluation = new EvaluationInfo(_next, _count, 1000 - _next, 1 - (_next / (float)_count));
        for (_at = 0; _at < _plan.Layout.Stages.Length;)
        {
            var decision = _plan.Skips.Any(s => s.From == _at)
                ? _session.Decide(new BoundaryVisit(evaluation, _plan.Layout, _plan.Layout.Boundaries[_at], Computed, this))
                : CacheDecision.Compute;
            Decisions.Add(decision);
            if (decision.IsSkip && !overrule)
            {
                Assert.True(_computedBefore, $"skipped to {decision.To} before anything was computed");
                _at = _plan.Layout.Require(decision.To).Index;
            }
            else
            {
                Computed = Computed.With(_at++);
            }
        }

        _session.Complete(new EvaluationOutcome(evaluation, _plan.Layout, Computed, this));
        _computedBefore = true;
        _next++;
        return this;
    }

    /// <summary>Runs evaluations with one distance each and returns a letter for each: C all computed, r anything reused.</summary>
    public string Letters(params IEnumerable<float> distances) => string.Concat(distances.Select(d => Next(d).FullyComputed ? 'C' : 'r'));

    public float Distance(MeasurementKey key)
    {
        var measurement = _plan.Measurements.Single(m => ReferenceEquals(m.Key, key));
        Asked.Add(key.Name);
        return _computedBefore || !_plan.NeedsReference(measurement) ? _distances(key.Name) : float.PositiveInfinity;
    }

    public bool CanSkip(BoundaryRef to) => _computedBefore;
}
