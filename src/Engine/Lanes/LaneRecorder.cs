using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>Writes down what happens in a lane, for an observer.</summary>
internal sealed class LaneRecorder(IEvaluationObserver observer, LaneInfo lane, DenoiserLayout layout)
{
    private readonly List<CheckRecord> _checks = [];
    private readonly List<DistanceRecord> _distances = [];

    public void Begin()
    {
        _checks.Clear();
        _distances.Clear();
    }

    /// <summary>Writes a distance down where it is asked for the first time.</summary>
    public void Measured(Measurement measurement, float distance)
    {
        foreach (var known in _distances)
        {
            if (ReferenceEquals(known.Key, measurement.Key))
            {
                return;
            }
        }

        _distances.Add(new DistanceRecord(measurement.Key, layout.Boundaries[measurement.Boundary].Name, measurement.Estimator.Name, distance));
    }

    public void Decided(Boundary boundary, in CacheDecision decision, CompiledSkip? skip) =>
        _checks.Add(new CheckRecord(boundary.Name, decision, skip?.Target.Name, skip?.Name, null, false));

    public void Taken(CompiledSkip skip, in SkipPoint point, float? diagnostic)
    {
        var gain = skip.Rule.Approximation.GainOf(point, out var limited);
        _checks[^1] = _checks[^1] with { To = skip.Target.Name, Via = skip.Name, Taken = true, Diagnostic = diagnostic, Gain = gain, IsGainLimited = limited };
    }

    public void Complete(in EvaluationInfo evaluation, StageSet computed) => observer.EvaluationCompleted(
        new EvaluationRecord(lane, evaluation, computed, layout.Stages.Length, [.. _checks], [.. _distances]) { Blocks = layout.Blocks });
}
