using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>A setting that was verified by generations.</summary>
/// <param name="Screened">What replay expected.</param>
/// <param name="Row">What was measured.</param>
/// <param name="Results">The comparison that the row belongs to.</param>
internal sealed record TunedSetting(ScreenedSetting Screened, ComparedRow Row, ComparisonResults Results)
{
    public double Speedup => Results.SpeedupOf(Row);

    /// <summary>The part of the steps that reused something, in the pass with the prompt.</summary>
    public double Skipped => Row.Runs.Average(r => 1 - ((double)r.Trace.Count(ComputedShare.Full) / r.Trace.Steps.Count));
}
