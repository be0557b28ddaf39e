using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>A setting that was verified by generations.</summary>
/// <param name="Screened">What replay expected.</param>
/// <param name="Row">What was measured.</param>
/// <param name="Results">The comparison that the row belongs to.</param>
internal sealed record TunedSetting(ScreenedSetting Screened, ComparedRow Row, ComparisonResults Results)
{
    /// <summary>Measured where the clock is usable, ideal where it is not.</summary>
    public double Speedup => Results.CredibleSpeedupOf(Row);

    /// <summary>The part of the evaluations that reused something, in the pass with the prompt.</summary>
    public double Cached => Row.Runs.Select(r => r.Log).Average(l => 1 - ((double)l.Count(ComputedShare.Full) / l.Evaluations.Count));
}
