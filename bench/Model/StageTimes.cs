using CachePolicies.Engine;

namespace CachePolicies.Bench;

/// <summary>Collects how long each stage takes for each number of rows, over all instrumented runs.</summary>
internal sealed class StageTimes
{
    private readonly Dictionary<(int Stage, int Rows), List<double>> _seconds = [];
    private readonly Dictionary<(int Stage, int Rows), (int Count, double Median)> _medians = [];

    /// <summary>An observer of one generation, which feeds these times and counts what ran.</summary>
    public Recording Record() => new(this);

    /// <summary>The median time of the stages that a generation ran: what it would take if nothing but stages cost time.</summary>
    public double IdealSeconds(Recording recording) => recording.Runs.Sum(run => run.Value * Median(run.Key));

    // Sorted anew only where times were added since.
    private double Median((int Stage, int Rows) key)
    {
        var seconds = _seconds[key];
        if (!_medians.TryGetValue(key, out var known) || known.Count != seconds.Count)
        {
            _medians[key] = known = (seconds.Count, Statistics.Median([.. seconds]));
        }

        return known.Median;
    }

    /// <summary>What one generation ran.</summary>
    internal sealed class Recording(StageTimes times) : IEvaluationObserver
    {
        /// <summary>How many times each stage ran on how many rows.</summary>
        public Dictionary<(int Stage, int Rows), int> Runs { get; } = [];

        /// <summary>How many evaluations of lanes were computed in full, in part and not at all.</summary>
        public int[] Shares { get; } = new int[3];

        public void StageCompleted(in StageRecord record)
        {
            var key = (record.Stage, record.Rows);
            Runs[key] = Runs.GetValueOrDefault(key) + 1;
            if (!times._seconds.TryGetValue(key, out var seconds))
            {
                times._seconds.Add(key, seconds = []);
            }

            seconds.Add(record.Elapsed.TotalSeconds);
        }

        public void EvaluationCompleted(EvaluationRecord record) => Shares[(int)record.Share]++;
    }
}
