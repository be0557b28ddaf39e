using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The points of the front: policies under settings. The points of a policy share a name and are joined in the plot.</summary>
internal static class FrontEntry
{
    private static readonly string[] Forecast = ["Approximation.Method=Chebyshev", "Approximation.Keep=State", "Approximation.MaximumGain=8"];

    /// <summary>All points at a number of steps. A policy that joins the catalogue joins the front by a line here.</summary>
    public static IReadOnlyList<ComparedPolicy> All(int steps)
    {
        int[] counts = steps >= 100 ? [6, 7, 8, 10, 14, 18] : steps >= 50 ? [5, 6, 7, 8, 10, 14] : [5, 6, 7, 8, 10];
        return
        [
            .. counts.Select(n => new ComparedPolicy(Invariant($"even log-SNR, reuse: {n} evaluations"), "even log-SNR, reuse", new EvenLogSnr(n))),
            .. counts.Select(n => Of("LogSnr", Invariant($"Evaluations={n}"))),
            .. Each("TeaCache", ["0.12", "0.2", "0.3"], t => [$"Threshold={t}", "Coefficients=1,0"]),
            .. Each("TeaCache", ["0.12", "0.2", "0.3"], t => [$"Threshold={t}", "Coefficients=1,0", .. PolicySweep.Extrapolated], ", extrapolated"),
            .. Each("TaylorSeer", ["3", "5", "8"], n => [$"Interval={n}", "WarmupSteps=2", .. PolicySweep.Extrapolated], ", damped in σ"),
            .. Each("Spectrum", ["0.75", "1.5", "3"], a => [$"WindowGrowth={a}"]),
            .. Each("Spectrum", ["0.75", "1.5", "3"], a => [$"WindowGrowth={a}", "FreeLine=true"], ", line free"),
            .. Each("SeaCache", ["0.1", "0.2", "0.35"], t => [$"Threshold={t}", "MaximumConsecutiveSkips=null"]),
            .. Each("SeaCache", ["0.1", "0.2", "0.35"], t => [$"Threshold={t}", "MaximumConsecutiveSkips=null", "Signal=Latent"], ", on latents"),
            .. Each("SeaCache", ["0.1", "0.2", "0.35"], t => [$"Threshold={t}", "MaximumConsecutiveSkips=null", .. Forecast], ", Spectrum's forecast"),
            .. Each("EasyCache", ["0.05", "0.1", "0.2"], t => [$"Threshold={t}", "WarmupSteps=2"]),
            .. Each("DiCache", ["0.07", "0.12", "0.2"], t => [$"Threshold={t}", "RetentionRatio=0"]),
            .. Each("MeanCache", ["qwen-image-17", "qwen-image-10"], p => [$"Path={p}"]),
            .. Each("BlockCache", ["0.07", "0.12", "0.2"], t => [$"Threshold={t}"]),
            .. Each("H2Cache", ["0.12", "0.2"], t => [$"StructureThreshold={t}", $"DetailThreshold={t}"]),
        ];
    }

    private static IEnumerable<ComparedPolicy> Each(string policy, string[] values, Func<string, string[]> settings, string how = "") =>
        values.Select(v => Of(policy + how, settings(v)[0], new SweepEntry(policy, settings(v))));

    private static ComparedPolicy Of(string policy, string setting) => Of(policy, setting, new SweepEntry(policy, setting));

    private static ComparedPolicy Of(string series, string setting, SweepEntry entry) => entry.ToCompared($"{series}: {setting}") with { Name = series };
}
