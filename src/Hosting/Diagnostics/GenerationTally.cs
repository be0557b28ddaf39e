using CachePolicies.Engine;

namespace CachePolicies.Hosting;

/// <summary>Adds up what a generation computed and what it cost, for telemetry and for the report of what the cache did.</summary>
/// <param name="stages">How many stages the denoiser has.</param>
internal sealed class GenerationTally(int stages)
{
    private readonly StageCost[] _costs = new StageCost[stages];

    /// <summary>A stage has run.</summary>
    public void Add(in StageRecord record)
    {
        _costs[record.Stage].Seconds += record.Elapsed.TotalSeconds;
        _costs[record.Stage].Rows += record.Rows;
    }

    /// <summary>An evaluation of a lane has ended.</summary>
    public void Add(EvaluationRecord record)
    {
        for (var stage = 0; stage < _costs.Length; stage++)
        {
            _costs[stage].Skipped += record.ComputedStages.Contains(stage) ? 0 : 1;
        }
    }

    /// <summary>Every stage at its mean duration, over what was spent; <see langword="null"/> where a stage never ran or nothing took time.</summary>
    public double? SpeedUp()
    {
        var spent = _costs.Sum(c => c.Seconds);
        return spent > 0 && _costs.All(c => c.Rows > 0) ? (spent + _costs.Sum(c => c.Skipped * c.Seconds / c.Rows)) / spent : null;
    }

    /// <summary>What a stage cost in a generation, and how often it was saved.</summary>
    private struct StageCost
    {
        public double Seconds;
        public int Rows;
        public int Skipped;
    }
}
