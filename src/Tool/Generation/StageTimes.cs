using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>The mean duration of each stage by the number of lanes that it computed, over every run that was recorded.</summary>
internal sealed class StageTimes
{
    private readonly Dictionary<(int Stage, int Rows), (double Seconds, int Runs)> _times = [];

    public static StageTimes Of(RunRecorder run)
    {
        var times = new StageTimes();
        times.Add(run.Stages);
        return times;
    }

    public void Add(IEnumerable<StageRecord> records)
    {
        foreach (var record in records)
        {
            var (seconds, runs) = _times.GetValueOrDefault((record.Stage, record.Rows));
            _times[(record.Stage, record.Rows)] = (seconds + record.Elapsed.TotalSeconds, runs + 1);
        }
    }

    /// <summary>The time that runs of stages would take at their mean durations.</summary>
    public double Sum(IEnumerable<StageRecord> records) => records.Sum(r => Mean(r.Stage, r.Rows));

    /// <summary>Each stage's share of an evaluation, at the fewest lanes that it was seen with.</summary>
    public StageCosts ToCosts(DenoiserLayout layout) => StageCosts.Of(
        [.. Enumerable.Range(0, layout.Stages.Length).Select(s => Mean(s, _times.Keys.Where(k => k.Stage == s).Select(k => k.Rows).DefaultIfEmpty(0).Min()))]);

    private double Mean(int stage, int rows) => _times.TryGetValue((stage, rows), out var time) ? time.Seconds / time.Runs : 0;
}
