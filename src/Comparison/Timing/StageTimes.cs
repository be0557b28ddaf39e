using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>
/// The median duration of each stage by the number of lanes that it computed, over every recorded run. A few slow stages on a busy machine do not move it.
/// </summary>
public sealed class StageTimes
{
    private readonly Dictionary<(int Stage, int Rows), List<double>> _seconds = [];
    private readonly Dictionary<(int Stage, int Rows), (int Count, double Median)> _medians = [];

    /// <summary>The times of one run.</summary>
    public static StageTimes Of(RunRecorder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var times = new StageTimes();
        times.Add(run.Stages);
        return times;
    }

    /// <summary>Adds the stages of a recorded run.</summary>
    public void Add(IEnumerable<StageRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        foreach (var record in records)
        {
            var key = (record.Stage, record.Rows);
            (_seconds.TryGetValue(key, out var seconds) ? seconds : _seconds[key] = []).Add(Math.Max(0, record.Elapsed.TotalSeconds));
        }
    }

    /// <summary>
    /// The time that runs of stages would take at their median durations if nothing else took time. Where no stage has a duration (a clock that stands
    /// still), each run of a stage counts 1 per lane.
    /// </summary>
    public double Sum(IEnumerable<StageRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var isBlind = _seconds.Keys.All(k => Median(k) == 0);
        return records.CountBy(r => (r.Stage, r.Rows)).Sum(runs => runs.Value * (isBlind ? runs.Key.Rows : Median(runs.Key)));
    }

    /// <summary>Each stage's share of an evaluation, at the fewest lanes that it was seen with.</summary>
    public StageCosts ToCosts(DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        double[] seconds = [.. Enumerable.Range(0, layout.Stages.Length).Select(s => Median((s, _seconds.Keys.Where(k => k.Stage == s).Select(k => k.Rows).DefaultIfEmpty(0).Min())))];
        return seconds.Sum() > 0 ? StageCosts.Of(seconds) : StageCosts.Even(layout);
    }

    private double Median((int Stage, int Rows) key)
    {
        if (!_seconds.TryGetValue(key, out var seconds))
        {
            return 0;
        }

        // Sorted again only where times were added since.
        if (!_medians.TryGetValue(key, out var known) || known.Count != seconds.Count)
        {
            _medians[key] = known = (seconds.Count, seconds.Median());
        }

        return known.Median;
    }
}
