using System.Collections.Immutable;

namespace CachePolicies.Testing;

/// <summary>A question to a policy and its answer.</summary>
/// <param name="Boundary">Where.</param>
/// <param name="Decision">The answer.</param>
/// <param name="Asked">What the policy measured for it.</param>
public sealed record ScriptedVisit(Boundary Boundary, CacheDecision Decision, ImmutableArray<float> Asked);

/// <summary>What happened in an evaluation of a script.</summary>
/// <param name="Index">Which evaluation.</param>
/// <param name="Visits">The questions, in order.</param>
/// <param name="Computed">The stages that ran.</param>
public sealed record ScriptedEvaluation(int Index, ImmutableArray<ScriptedVisit> Visits, StageSet Computed)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Visits.Select(v => $"{v.Boundary}: {LawMessage.Describe(v.Decision)}"));
}

/// <summary>
/// Walks a policy's session over a script as the engine walks a denoiser: the same questions at the same boundaries, +∞ where no reference or value
/// exists, references that move as declared, history that counts as declared.
/// </summary>
public sealed class ScriptRun : IWalkedFeatures
{
    private readonly ICachePolicySession _session;
    private readonly PolicyScript _script;
    private readonly PlanWalk _walk;
    private readonly List<float> _asked = [];
    private int _next;

    /// <summary>Starts a run with a session of its own.</summary>
    /// <exception cref="CachePlanException">The policy refuses the script's layout.</exception>
    public ScriptRun(ICachePolicy policy, PolicyScript script)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
        _session = policy.CreateSession(new LaneInfo(0, GuidanceBranch.Conditional, script.Steps.Length));
        _walk = new PlanWalk(policy.Plan(script.Layout), _session, this);
        _next = NextPresent(0);
    }

    /// <summary>What the policy declared.</summary>
    public CachePlan Plan => _walk.Plan;

    /// <summary>Whether all evaluations have run that the script does not leave out.</summary>
    public bool HasEnded => _next == _script.Steps.Length;

    /// <summary>Runs the next evaluation.</summary>
    /// <param name="inspect">Told each visit before its decision is followed.</param>
    /// <param name="abandonAt">Stops before the decision at this boundary is followed, as a cancelled evaluation does; the run is over then.</param>
    /// <param name="follow">The stages that run, whatever this policy decides; its own decisions otherwise.</param>
    /// <exception cref="CacheDecisionException">The policy decided what its plan or the history does not allow.</exception>
    public ScriptedEvaluation Next(Action<BoundaryVisit, CacheDecision, ICachePolicySession>? inspect = null, int? abandonAt = null, StageSet? follow = null)
    {
        var visits = ImmutableArray.CreateBuilder<ScriptedVisit>();
        if (_script.Steps[_next].InputChanged)
        {
            _walk.Forget();
        }

        var index = _next;
        _walk.Begin(EvaluationAt(index));
        while (!_walk.HasEnded)
        {
            _asked.Clear();
            var decision = _walk.Ask();
            if (_walk.IsAsked && !_walk.IsForced)
            {
                visits.Add(new ScriptedVisit(_walk.Visit.Boundary, decision, [.. _asked]));
                inspect?.Invoke(_walk.Visit, decision, _session);
            }

            if (_walk.At == abandonAt)
            {
                _next = _script.Steps.Length;
                return new ScriptedEvaluation(index, visits.ToImmutable(), _walk.Computed);
            }

            Go(_walk.Resolve(decision), follow);
        }

        _walk.Complete();
        _next = NextPresent(index + 1);
        return new ScriptedEvaluation(index, visits.ToImmutable(), _walk.Computed);
    }

    /// <summary>Runs all evaluations that are left.</summary>
    public ImmutableArray<ScriptedEvaluation> ToEnd()
    {
        var all = ImmutableArray.CreateBuilder<ScriptedEvaluation>();
        while (!HasEnded)
        {
            all.Add(Next());
        }

        return all.ToImmutable();
    }

    float IWalkedFeatures.Measure(int measurement)
    {
        var told = _script.Steps[_next].Distances;
        return told[measurement % told.Length];
    }

    void IWalkedFeatures.Asked(int measurement, float distance) => _asked.Add(distance);

    private int NextPresent(int index)
    {
        while (index < _script.Steps.Length && _script.Steps[index].LeftOut)
        {
            index++;
        }

        return index;
    }

    private EvaluationInfo EvaluationAt(int index)
    {
        var count = _script.Steps.Length;
        return new EvaluationInfo(index, count, 1000f * (count - index), 1 - (index / (float)count));
    }

    private void Go(SkipRule? decided, StageSet? follow)
    {
        var computes = follow is { } given ? given.Contains(_walk.At) : decided is null || _script.Steps[_next].Overruled;
        if (computes)
        {
            _walk.Compute();
        }
        else if (decided is not null)
        {
            _walk.Skip(decided);
        }
        else
        {
            _walk.SkipTo(NextOf(follow!.Value));
        }
    }

    /// <summary>The next boundary from which a stage runs, or the output.</summary>
    private int NextOf(StageSet stages)
    {
        var boundary = _walk.At + 1;
        while (boundary < _script.Layout.Stages.Length && !stages.Contains(boundary))
        {
            boundary++;
        }

        return boundary;
    }
}
