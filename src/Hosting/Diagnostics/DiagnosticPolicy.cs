using System.Globalization;
using Microsoft.Extensions.Logging;

namespace CachePolicies.Hosting;

/// <summary>
/// Watches what a policy decides and warns, at most once for each sample of a generation, where a threshold lies outside every value it was compared with,
/// or where values are not numbers. It sees decisions alone, so that it costs no measurement and no memory.
/// </summary>
internal sealed class DiagnosticPolicy(ICachePolicy inner, ILogger logger) : DelegatingCachePolicy(inner)
{
    public override ICachePolicySession CreateSession(in LaneInfo lane)
    {
        var session = base.CreateSession(lane);
        return lane.Branch == GuidanceBranch.Conditional && logger.IsEnabled(LogLevel.Warning) ? new Session(session, Name, logger) : session;
    }

    private sealed class Session(ICachePolicySession inner, string policy, ILogger logger) : DelegatingCachePolicySession(inner)
    {
        private readonly CheckRange[] _ranges = new CheckRange[DenoiserLayout.MaximumStages + 1];

        public override CacheDecision Decide(in BoundaryVisit visit)
        {
            var decision = base.Decide(visit);
            if (decision is { Value: { } value, Threshold: { } threshold })
            {
                _ranges[visit.Boundary.Index].Add(visit.Boundary.Name, value, threshold);
            }

            return decision;
        }

        public override void Complete(in EvaluationOutcome outcome)
        {
            base.Complete(outcome);
            if (!outcome.Evaluation.IsLast)
            {
                return;
            }

            var findings = _ranges.Select(r => r.Finding()).OfType<string>().ToArray();
            if (findings.Length > 0)
            {
                Log.Suspicious(logger, policy, string.Join(" ", findings));
            }
        }
    }

    /// <summary>What a threshold was compared with at one boundary.</summary>
    private struct CheckRange
    {
        private const int FewestToJudge = 4;

        private string? _boundary;
        private float _threshold;
        private int _count;
        private int _notNumbers;
        private double _smallest;
        private double _largest;

        public void Add(string boundary, double value, float threshold)
        {
            (_boundary, _threshold) = (boundary, threshold);
            if (double.IsNaN(value))
            {
                _notNumbers++;
                return;
            }

            // Before a reference exists, a distance is infinite: that says nothing about the threshold.
            if (double.IsFinite(value))
            {
                _smallest = _count == 0 ? value : Math.Min(_smallest, value);
                _largest = _count == 0 ? value : Math.Max(_largest, value);
                _count++;
            }
        }

        public readonly string? Finding()
        {
            if (_notNumbers > 0)
            {
                return Text($"At '{_boundary}' {_notNumbers} values were not numbers (0/0, or a stage that fails); there it computed.");
            }

            if (_count < FewestToJudge || !(_threshold > 0))
            {
                return null;
            }

            if (_smallest >= _threshold)
            {
                return Text($"At '{_boundary}' it never hit: the threshold {_threshold} lies below every value, which ran from {_smallest:G3} to {_largest:G3}.");
            }

            return _largest < _threshold
                ? Text($"At '{_boundary}' it always hit: the threshold {_threshold} lies above every value, which ran from {_smallest:G3} to {_largest:G3}.")
                : null;
        }

        private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
