using System.Collections.Immutable;
using CachePolicies;

namespace CachePolicies.Bench;

/// <summary>
/// A policy that looks at everything it would look at and then does as a script says: of every twenty evaluations fifteen take every skip that comes
/// first (a full hit), one only the plan's last skip (a detail hit), four compute. So the same work is done on every machine and the checks are paid for.
/// </summary>
internal sealed class ScriptedDecisions(ICachePolicy inner) : DelegatingCachePolicy(inner)
{
    private const int Period = 20;
    private const int Computed = 4;

    private ImmutableArray<(int From, CacheDecision Decision)> _skips = [];

    public override ICachePolicySession CreateSession(in LaneInfo lane) => new Session(Inner.CreateSession(lane), this);

    public override CachePlan Plan(DenoiserLayout layout)
    {
        var plan = Inner.Plan(layout);
        _skips = [.. plan.Skips.OrderBy(s => s.From).Select(s => (s.From, CacheDecision.Skip(layout.Boundaries[s.To].Name, s.Approximation)))];
        return plan;
    }

    private CacheDecision Decide(int position, int boundary)
    {
        if (position >= Computed)
        {
            for (var i = position == Computed ? _skips.Length - 1 : 0; i < _skips.Length; i++)
            {
                if (_skips[i].From == boundary)
                {
                    return _skips[i].Decision;
                }
            }
        }

        return CacheDecision.Compute;
    }

    private sealed class Session(ICachePolicySession inner, ScriptedDecisions script) : DelegatingCachePolicySession(inner)
    {
        public override CacheDecision Decide(in BoundaryVisit visit)
        {
            Inner.Decide(visit);
            return script.Decide(visit.Evaluation.Index % Period, visit.Boundary.Index);
        }
    }
}
