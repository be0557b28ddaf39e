namespace CachePolicies.Policies.Tests;

/// <summary>
/// Walks a session over evaluations as the engine does, with distances that the test tells instead of tensors.
/// </summary>
internal sealed class PolicyWalk : IWalkedFeatures
{
    private readonly PlanWalk _walk;
    private readonly int _count;
    private readonly Func<int, float> _sigma;
    private Func<string, float> _distances = _ => float.NaN;
    private int _next;

    public PolicyWalk(
        ICachePolicy policy, int evaluations, DenoiserLayout? layout = null, Func<int, float>? sigma = null, GuidanceBranch branch = GuidanceBranch.Conditional)
    {
        _walk = new PlanWalk(policy.Plan(layout ?? Layouts.Flux), policy.CreateSession(new LaneInfo(0, branch, evaluations)), this);
        _count = evaluations;
        _sigma = sigma ?? (index => 1 - (index / (float)evaluations));
    }

    /// <summary>What was answered in the last evaluation, in order.</summary>
    public List<CacheDecision> Decisions { get; } = [];

    /// <summary>The measurements that were asked for in the last evaluation.</summary>
    public List<string> Asked { get; } = [];

    public StageSet Computed => _walk.Computed;

    public bool FullyComputed => Computed.Count == _walk.Plan.Layout.Stages.Length;

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
        _walk.Begin(new EvaluationInfo(_next, _count, 1000 - _next, _sigma(_next)) { NextSigma = _next + 1 < _count ? _sigma(_next + 1) : 0 });
        while (!_walk.HasEnded)
        {
            var decision = _walk.Ask();
            Decisions.Add(decision);
            if (_walk.Resolve(decision) is { } skip && !overrule)
            {
                _walk.Skip(skip);
            }
            else
            {
                _walk.Compute();
            }
        }

        _walk.Complete();
        _next++;
        return this;
    }

    /// <summary>Leaves the lane out of evaluations, as a guidance branch that is switched off for a while.</summary>
    public PolicyWalk LeaveOut(int evaluations)
    {
        _next += evaluations;
        return this;
    }

    /// <summary>Runs evaluations with one distance each and returns a letter for each: C all computed, r anything reused.</summary>
    public string Letters(params IEnumerable<float> distances) => string.Concat(distances.Select(d => Next(d).FullyComputed ? 'C' : 'r'));

    float IWalkedFeatures.Measure(int measurement) => _distances(_walk.Plan.Measurements[measurement].Key.Name);

    void IWalkedFeatures.Asked(int measurement, float distance) => Asked.Add(_walk.Plan.Measurements[measurement].Key.Name);
}
