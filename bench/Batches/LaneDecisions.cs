using CachePolicies.Engine;

namespace CachePolicies.Bench;

/// <summary>Notes which stages each lane computed in each evaluation.</summary>
/// <param name="sample">The number of the first sample, where several generations are noted together.</param>
internal sealed class LaneDecisions(int sample = 0) : IEvaluationObserver
{
    private readonly Dictionary<(int Sample, GuidanceBranch Branch, int Evaluation), (StageSet Computed, ComputedShare Share)> _lanes = [];

    /// <summary>How many evaluations of lanes there were.</summary>
    public int Evaluations => _lanes.Count;

    /// <summary>How many lanes computed a stage, summed over the stages and evaluations.</summary>
    public long StageRows => _lanes.Values.Sum(l => (long)l.Computed.Count);

    /// <summary>How much was computed per lane.</summary>
    public ExtentCounts Extents
    {
        get
        {
            double lanes = _lanes.Keys.Select(k => (k.Sample, k.Branch)).Distinct().Count();
            double Count(ComputedShare share) => _lanes.Values.Count(l => l.Share == share) / lanes;
            return new ExtentCounts(Count(ComputedShare.Full), Count(ComputedShare.Partial), Count(ComputedShare.Skipped));
        }
    }

    /// <summary>Adds what another one noted.</summary>
    public void Add(LaneDecisions other)
    {
        foreach (var (key, value) in other._lanes)
        {
            _lanes.Add(key, value);
        }
    }

    /// <summary>In how many evaluations of a lane other stages were computed.</summary>
    public int DifferencesFrom(LaneDecisions other) => _lanes.Count(l => !other._lanes.TryGetValue(l.Key, out var its) || its.Computed.Bits != l.Value.Computed.Bits);

    public void EvaluationCompleted(EvaluationRecord record) =>
        _lanes.Add((sample + record.Lane.Sample, record.Lane.Branch, record.Evaluation.Index), (record.ComputedStages, record.Share));
}
