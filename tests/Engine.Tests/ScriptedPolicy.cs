namespace CachePolicies.Engine.Tests;

/// <summary>A policy whose plan and decisions a test writes down.</summary>
internal sealed class ScriptedPolicy(Func<CachePlan, CachePlan> plan, Func<BoundaryVisit, LaneInfo, CacheDecision> decide) : ICachePolicy
{
    /// <summary>Called with each outcome.</summary>
    public Action<EvaluationOutcome, LaneInfo>? Completed { get; init; }

    public string Name => "scripted";

    /// <summary>Computes everything.</summary>
    public static ScriptedPolicy None { get; } = new(p => p, (_, _) => CacheDecision.Compute);

    /// <summary>Skips everything by reuse at the given evaluations.</summary>
    public static ScriptedPolicy ReuseAt(params int[] evaluations) => new(
        p => p.Skip(BoundaryRole.Latent, BoundaryRole.Output, Approximation.ReuseOutput),
        (visit, _) => evaluations.Contains(visit.Evaluation.Index) ? CacheDecision.Skip(BoundaryRole.Output) : CacheDecision.Compute);

    /// <summary>Skips from <paramref name="from"/> to <paramref name="to"/> at the given evaluations.</summary>
    public static ScriptedPolicy SkipAt(BoundaryRef from, BoundaryRef to, Approximation approximation, params int[] evaluations) => new(
        p => p.Skip(from, to, approximation),
        (visit, _) => evaluations.Contains(visit.Evaluation.Index) ? CacheDecision.Skip(to) : CacheDecision.Compute);

    public CachePlan Plan(DenoiserLayout layout) => plan(CachePlan.For(layout));

    public ICachePolicySession CreateSession(in LaneInfo lane) => new Session(this, decide, lane);

    private sealed class Session(ScriptedPolicy policy, Func<BoundaryVisit, LaneInfo, CacheDecision> decide, LaneInfo lane) : ICachePolicySession
    {
        public CacheDecision Decide(in BoundaryVisit visit) => decide(visit, lane);

        public void Complete(in EvaluationOutcome outcome) => policy.Completed?.Invoke(outcome, lane);
    }
}
