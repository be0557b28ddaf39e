using System.Collections.Immutable;

namespace CachePolicies.Testing;

/// <summary>A question to a policy and its answer.</summary>
/// <param name="Boundary">Where.</param>
/// <param name="Decision">The answer.</param>
/// <param name="Asked">What the policy measured for it.</param>
public sealed record ScriptedVisit(Boundary Boundary, CacheDecision Decision, ImmutableArray<float> Asked);

/// <summary>What happened in an evaluation of a script.</summary>
/// <param name="Visits">The questions, in order.</param>
/// <param name="Computed">The stages that ran.</param>
public sealed record ScriptedEvaluation(ImmutableArray<ScriptedVisit> Visits, StageSet Computed)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Visits.Select(v => $"{v.Boundary}: {v.Decision}"));
}

/// <summary>
/// Walks a policy's session over a script as the engine walks a denoiser: the same questions at the same boundaries, +∞ where no reference or value
/// exists, references that move as declared, history that counts as declared.
/// </summary>
public sealed class ScriptRun : IMeasurementSource
{
    private readonly ICachePolicySession _session;
    private readonly PolicyScript _script;
    private readonly bool[] _references;
    private readonly bool[] _needsReference;
    private readonly int[] _kept;
    private readonly bool[] _reached;
    private readonly List<float> _asked = [];
    private StageSet _computed;
    private int _at;
    private int _next;

    /// <summary>Starts a run with a session of its own.</summary>
    /// <exception cref="CachePlanException">The policy refuses the script's layout.</exception>
    public ScriptRun(ICachePolicy policy, PolicyScript script)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
        Plan = policy.Plan(script.Layout);
        _session = policy.CreateSession(new LaneInfo(0, GuidanceBranch.Conditional, script.Steps.Length));
        _references = new bool[Plan.Measurements.Length];
        _needsReference = [.. Plan.Measurements.Select(Plan.NeedsReference)];
        _kept = new int[Plan.Kept.Length];
        _reached = new bool[script.Layout.Boundaries.Length];
    }

    /// <summary>What the policy declared.</summary>
    public CachePlan Plan { get; }

    /// <summary>Whether all evaluations have run.</summary>
    public bool HasEnded => _next == _script.Steps.Length;

    /// <summary>Runs the next evaluation.</summary>
    /// <param name="inspect">Told each visit before its decision is followed.</param>
    /// <param name="abandonAt">Stops before the decision at this boundary is followed, as a cancelled evaluation does; the run is over then.</param>
    /// <param name="follow">The stages that run, whatever this policy decides; its own decisions otherwise.</param>
    public ScriptedEvaluation Next(Action<BoundaryVisit, CacheDecision, ICachePolicySession>? inspect = null, int? abandonAt = null, StageSet? follow = null)
    {
        var evaluation = new EvaluationInfo(_next, _script.Steps.Length, 1000f * (_script.Steps.Length - _next), 1 - (_next / (float)_script.Steps.Length));
        var visits = ImmutableArray.CreateBuilder<ScriptedVisit>();
        var stages = _script.Layout.Stages.Length;
        Array.Clear(_reached);
        _reached[0] = true;
        _computed = default;
        for (_at = 0; _at < stages;)
        {
            var decision = CacheDecision.Compute;
            if (Plan.Skips.Any(s => s.From == _at))
            {
                _asked.Clear();
                var boundary = _script.Layout.Boundaries[_at];
                var visit = new BoundaryVisit(evaluation, _script.Layout, boundary, _computed, this);
                decision = _session.Decide(visit);
                visits.Add(new ScriptedVisit(boundary, decision, [.. _asked]));
                inspect?.Invoke(visit, decision, _session);
            }

            if (_at == abandonAt)
            {
                _next = _script.Steps.Length;
                return new ScriptedEvaluation(visits.ToImmutable(), _computed);
            }

            Advance(decision, follow);
        }

        _session.Complete(new EvaluationOutcome(evaluation, _script.Layout, _computed, this));
        MoveReferences(stages);
        _next++;
        return new ScriptedEvaluation(visits.ToImmutable(), _computed);
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

    /// <inheritdoc/>
    public float Distance(MeasurementKey key)
    {
        var index = -1;
        for (var i = 0; i < Plan.Measurements.Length; i++)
        {
            index = ReferenceEquals(Plan.Measurements[i].Key, key) ? i : index;
        }

        if (index < 0)
        {
            throw new CachePlanException($"The policy asked for the measurement '{key}', which its plan does not declare.");
        }

        var told = _script.Steps[_next].Distances;
        var distance = Exists(Plan.Measurements[index]) && (_references[index] || !_needsReference[index]) ? told[index % told.Length] : float.PositiveInfinity;
        _asked.Add(distance);
        return distance;
    }

    /// <inheritdoc/>
    public bool CanSkip(BoundaryRef to)
    {
        var target = _script.Layout.IndexOf(to);
        return Plan.Skips.FirstOrDefault(s => s.From == _at && s.To == target) is { } skip &&
            _kept[skip.Kept] >= skip.Approximation.MinimumHistory &&
            Plan.Kept[skip.Kept] is var kept && (kept.Base < 0 || _reached[kept.Base]) && (kept.Probe < 0 || _reached[kept.Probe]);
    }

    private void Advance(in CacheDecision decision, StageSet? follow)
    {
        var to = decision.IsSkip ? _script.Layout.Require(decision.To).Index : -1;
        var skips = follow is { } given ? !given.Contains(_at) : decision.IsSkip && !_script.Steps[_next].Overruled;
        if (!skips)
        {
            _computed = _computed.With(_at++);
        }
        else if (to > _at)
        {
            _at = to;
        }
        else
        {
            // Told to skip what the policy computes: to the first boundary from which a stage runs again.
            do
            {
                _at++;
            }
            while (_at < _script.Layout.Stages.Length && !follow!.Value.Contains(_at));
        }

        _reached[_at] = true;
    }

    private bool Exists(Measurement measurement) =>
        _reached[measurement.Boundary] &&
        (measurement.ResidualBase < 0 || _reached[measurement.ResidualBase]) &&
        (_script.Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor].Kind == TensorKind.State || _computed.Contains(measurement.Boundary - 1));

    private void MoveReferences(int stages)
    {
        for (var i = 0; i < _references.Length; i++)
        {
            var measurement = Plan.Measurements[i];
            _references[i] |= Exists(measurement) && measurement.Update switch
            {
                ReferenceUpdate.EveryEvaluation => true,
                ReferenceUpdate.WhenStageComputed => _computed.Contains(measurement.Boundary),
                ReferenceUpdate.WhenFullyComputed => _computed.Count == stages,
                _ => _computed.Bits != 0,
            };
        }

        for (var i = 0; i < _kept.Length; i++)
        {
            _kept[i] += _computed.Contains(StageSet.Between(Plan.Kept[i].RangeStart, Plan.Kept[i].To)) ? 1 : 0;
        }
    }
}
