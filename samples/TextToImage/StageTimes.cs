using CachePolicies.Engine;

namespace CachePolicies.Samples.TextToImage;

/// <summary>The mean duration of each stage by the number of lanes that it computed, over every instrumented run.</summary>
internal sealed class StageTimes
{
    private readonly Dictionary<(int Stage, int Rows), (double Seconds, int Runs)> _times = [];

    public void Add(StageRecord record)
    {
        var (seconds, runs) = _times.GetValueOrDefault((record.Stage, record.Rows));
        _times[(record.Stage, record.Rows)] = (seconds + record.Elapsed.TotalSeconds, runs + 1);
    }

    /// <summary>The time that runs of stages would take at their mean durations.</summary>
    public double Sum(IEnumerable<StageRecord> records) => records.Sum(r => _times[(r.Stage, r.Rows)] is var (seconds, runs) ? seconds / runs : 0);
}
