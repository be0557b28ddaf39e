using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>What a policy did on a recorded run, as far as screening needs it.</summary>
/// <param name="Decisions">The stages that ran in each step.</param>
/// <param name="Speedup">By the run's stage costs.</param>
/// <param name="Error">Σ |σ_{t+1} − σ_t| · error of what was reused at t: how far the final latent is expected to drift, up to a factor.</param>
/// <param name="Cached">The part of the evaluations that reused something.</param>
internal readonly record struct ScreenedRun(IReadOnlyList<StageSet> Decisions, double Speedup, double Error, double Cached);

/// <summary>
/// Lets a policy decide on a recorded run by its table of distances alone. Takes the decisions that the engine would take on the same trace; where a
/// measurement reads state at a boundary that was skipped to, it sees what was recorded there.
/// </summary>
internal sealed class TableReplay : IMeasurementSource
{
    private readonly RecordedRun _run;
    private readonly CachePlan _plan;
    private readonly RecordedRun.DistanceTable[] _tables;
    private readonly bool[] _needsReference;
    private readonly int[] _references;
    private readonly List<int>[] _kept;
    private readonly bool[] _exists;
    private readonly bool[] _computedInto;
    private int _step;
    private int _at;

    private TableReplay(RecordedRun run, CachePlan plan)
    {
        (_run, _plan) = (run, plan);
        _needsReference = [.. plan.Measurements.Select(plan.NeedsReference)];
        _tables = [.. plan.Measurements.Select((m, i) => run.TableOf(m, _needsReference[i]))];
        _references = new int[plan.Measurements.Length];
        Array.Fill(_references, -1);
        _kept = [.. plan.Kept.Select(_ => new List<int>())];
        _exists = new bool[plan.Layout.Boundaries.Length];
        _computedInto = new bool[plan.Layout.Boundaries.Length];
    }

    /// <summary>Replays a run.</summary>
    public static ScreenedRun Of(RecordedRun run, ICachePolicy policy)
    {
        var plan = policy.Plan(run.Layout);
        var replay = new TableReplay(run, plan);
        var session = policy.CreateSession(new LaneInfo(0, GuidanceBranch.Conditional, run.Evaluations.Count));
        var decisions = new StageSet[run.Evaluations.Count];
        var (cost, error) = (0.0, 0.0);
        for (var step = 0; step < decisions.Length; step++)
        {
            decisions[step] = replay.Walk(session, step, ref error);
            cost += run.Costs.ShareOf(decisions[step]);
        }

        var skipped = decisions.Count(d => d.Count < plan.Layout.Stages.Length);
        return new ScreenedRun(decisions, decisions.Length / Math.Max(cost, 1e-9), error, (double)skipped / decisions.Length);
    }

    public float Distance(MeasurementKey key)
    {
        for (var i = 0; i < _plan.Measurements.Length; i++)
        {
            var measurement = _plan.Measurements[i];
            if (ReferenceEquals(measurement.Key, key))
            {
                var reference = _needsReference[i] ? _references[i] : _step;
                return reference < 0 || !Exists(measurement) ? float.PositiveInfinity : _tables[i].At(_step, reference);
            }
        }

        throw new CachePlanException($"The policy asked for the measurement '{key}', which its plan does not declare.");
    }

    public bool CanSkip(BoundaryRef to) => Find(to, null) is { } rule && CanApply(rule);

    private StageSet Walk(ICachePolicySession session, int step, ref double error)
    {
        var layout = _plan.Layout;
        var evaluation = _run.Evaluations[step];
        var computed = default(StageSet);
        (_step, _at) = (step, 0);
        Array.Clear(_exists);
        Array.Clear(_computedInto);
        _exists[0] = _computedInto[0] = true;
        while (_at < layout.Stages.Length)
        {
            if (DecideSkip(session, evaluation, computed) is { } rule)
            {
                error += Drift(step) * _run.ReuseError(_plan.Kept[rule.Kept], step, _kept[rule.Kept][^1]);
                _at = rule.To;
            }
            else
            {
                computed = computed.With(_at);
                _computedInto[++_at] = true;
            }

            _exists[_at] = true;
        }

        session.Complete(new EvaluationOutcome(evaluation, layout, computed, this));
        Remember(step, computed);
        return computed;
    }

    private SkipRule? DecideSkip(ICachePolicySession session, in EvaluationInfo evaluation, StageSet computed)
    {
        if (!_plan.Skips.Any(s => s.From == _at))
        {
            return null;
        }

        var decision = session.Decide(new BoundaryVisit(evaluation, _plan.Layout, _plan.Layout.Boundaries[_at], computed, this));
        return decision.IsSkip && Find(decision.To, decision.Via) is { } rule && CanApply(rule) ? rule : null;
    }

    private void Remember(int step, StageSet computed)
    {
        for (var i = 0; i < _references.Length; i++)
        {
            var measurement = _plan.Measurements[i];
            var moves = measurement.Update switch
            {
                ReferenceUpdate.EveryEvaluation => true,
                ReferenceUpdate.WhenStageComputed => computed.Contains(measurement.Boundary),
                ReferenceUpdate.WhenFullyComputed => computed.Count == _plan.Layout.Stages.Length,
                _ => computed.Bits != 0,
            };
            if (moves && Exists(measurement))
            {
                _references[i] = step;
            }
        }

        for (var i = 0; i < _kept.Length; i++)
        {
            var kept = _plan.Kept[i];
            if (computed.Contains(StageSet.Between(kept.RangeStart, kept.To)))
            {
                _kept[i].Add(step);
            }
        }
    }

    /// <summary>How much the sampler makes of an error at a step: the part of the way that it goes there.</summary>
    private double Drift(int step)
    {
        var next = step + 1 < _run.Evaluations.Count ? _run.Evaluations[step + 1].Sigma : 0;
        return Math.Abs(_run.Evaluations[step].Sigma - next);
    }

    private SkipRule? Find(BoundaryRef to, Approximation? via)
    {
        var target = _plan.Layout.IndexOf(to);
        return _plan.Skips.FirstOrDefault(s => s.From == _at && s.To == target && (via is null || via.Equals(s.Approximation)));
    }

    private bool CanApply(SkipRule rule)
    {
        var kept = _plan.Kept[rule.Kept];
        return _kept[rule.Kept].Count >= rule.Approximation.MinimumHistory && (kept.Base < 0 || _exists[kept.Base]) && (kept.Probe < 0 || _exists[kept.Probe]);
    }

    /// <summary>Signals exist only where their stage ran; state exists where the walk came by.</summary>
    private bool Exists(Measurement measurement)
    {
        var isSignal = _plan.Layout.Boundaries[measurement.Boundary].Tensors[measurement.Tensor].Kind == TensorKind.Signal;
        return (isSignal ? _computedInto : _exists)[measurement.Boundary] && (measurement.ResidualBase < 0 || _exists[measurement.ResidualBase]);
    }
}
