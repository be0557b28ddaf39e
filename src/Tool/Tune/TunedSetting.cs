namespace CachePolicies.Tool;

/// <summary>A setting that was verified by generations.</summary>
/// <param name="Screened">What replay expected.</param>
/// <param name="Row">What was measured.</param>
/// <param name="Results">The comparison that the row belongs to.</param>
internal sealed record TunedSetting(ScreenedSetting Screened, ComparedRow Row, ComparisonResults Results)
{
    public double Speedup => Results.SpeedupOf(Row);
}
