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
internal sealed class TableReplay : IWalkedFeatures
{
    private readonly RecordedRun _run;
    private readonly PlanWalk _walk;
    private readonly RecordedRun.DistanceTable[] _tables;
    private readonly int[] _references;

    private TableReplay(RecordedRun run, ICachePolicy policy)
    {
        var plan = policy.Plan(run.Layout);
        _run = run;
        _tables = [.. plan.Measurements.Select(m => run.TableOf(m, plan.NeedsReference(m)))];
        _references = new int[plan.Measurements.Length];
        _walk = new PlanWalk(plan, policy.CreateSession(new LaneInfo(0, GuidanceBranch.Conditional, run.Evaluations.Count)), this);
    }

    /// <summary>Replays a run.</summary>
    public static ScreenedRun Of(RecordedRun run, ICachePolicy policy)
    {
        var replay = new TableReplay(run, policy);
        var decisions = new StageSet[run.Evaluations.Count];
        var (cost, error) = (0.0, 0.0);
        for (var step = 0; step < decisions.Length; step++)
        {
            error += replay.Evaluate(step);
            decisions[step] = replay._walk.Computed;
            cost += run.Costs.ShareOf(decisions[step]);
        }

        var skipped = decisions.Count(d => d.Count < run.Layout.Stages.Length);
        return new ScreenedRun(decisions, decisions.Length / Math.Max(cost, 1e-9), error, (double)skipped / decisions.Length);
    }

    float IWalkedFeatures.Measure(int measurement) => _tables[measurement].At(_walk.Evaluation.Index, _references[measurement]);

    void IWalkedFeatures.MoveReference(int measurement) => _references[measurement] = _walk.Evaluation.Index;

    /// <summary>Walks one step; returns what its skips are expected to cost in quality.</summary>
    private double Evaluate(int step)
    {
        var error = 0.0;
        _walk.Begin(_run.Evaluations[step]);
        while (!_walk.HasEnded)
        {
            if (_walk.Resolve(_walk.Ask()) is { } skip)
            {
                error += Drift(step) * _run.ReuseError(_walk.Plan.Kept[skip.Kept], step, _walk.History(skip.Kept)[0].Index);
                _walk.Skip(skip);
            }
            else
            {
                _walk.Compute();
            }
        }

        _walk.Complete();
        return error;
    }

    /// <summary>How much the sampler makes of an error at a step: the part of the way that it goes there.</summary>
    private double Drift(int step)
    {
        var next = step + 1 < _run.Evaluations.Count ? _run.Evaluations[step + 1].Sigma : 0;
        return Math.Abs(_run.Evaluations[step].Sigma - next);
    }
}
