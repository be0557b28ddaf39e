using CachePolicies.Engine;

namespace CachePolicies.Samples.TextToImage;

/// <summary>The median duration of each stage by the number of lanes that it computed, over every instrumented run.</summary>
internal sealed class StageTimes
{
    private readonly Dictionary<(int Stage, int Rows), List<double>> _seconds = [];

    public void Add(StageRecord record)
    {
        var key = (record.Stage, record.Rows);
        (_seconds.TryGetValue(key, out var list) ? list : _seconds[key] = []).Add(record.Elapsed.TotalSeconds);
    }

    /// <summary>The time that runs of stages would take at their median durations.</summary>
    public double Sum(IEnumerable<StageRecord> records) =>
        records.CountBy(r => (r.Stage, r.Rows)).Sum(runs => runs.Value * _seconds[runs.Key].Median());
}

/// <summary>A middle that a few slow runs on a busy machine do not move.</summary>
internal static class Statistics
{
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
