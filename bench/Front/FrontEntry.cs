using CachePolicies.Policies;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>A point of the front: a policy under settings.</summary>
/// <param name="Series">The policy; its points are joined in the plot.</param>
/// <param name="Settings">What differs from the defaults, for tables.</param>
/// <param name="Policy">The policy itself.</param>
internal sealed record FrontEntry(string Series, string Settings, ICachePolicy Policy)
{
    private static readonly string[] Extrapolated = ["Approximation.Method=Taylor", "Approximation.Coordinate=Sigma", "Approximation.Damping=0.5"];

    private static readonly string[] Forecast = ["Approximation.Method=Chebyshev", "Approximation.Keep=State", "Approximation.MaximumGain=8"];

    /// <summary>All points at a number of steps. A policy that joins the catalogue joins the front by a line here.</summary>
    public static IReadOnlyList<FrontEntry> All(int steps)
    {
        int[] counts = steps >= 100 ? [6, 7, 8, 10, 14, 18] : steps >= 50 ? [5, 6, 7, 8, 10, 14] : [5, 6, 7, 8, 10];
        return
        [
            .. counts.Select(n => new FrontEntry("even log-SNR, reuse", Invariant($"{n} evaluations"), new EvenLogSnr(n))),
            .. counts.Select(n => Of("LogSnr", Invariant($"Evaluations={n}"))),
            .. Each("TeaCache", ["0.12", "0.2", "0.3"], t => [$"Threshold={t}", "Coefficients=1,0"]),
            .. Each("TeaCache", ["0.12", "0.2", "0.3"], t => [$"Threshold={t}", "Coefficients=1,0", .. Extrapolated], ", extrapolated"),
            .. Each("TaylorSeer", ["3", "5", "8"], n => [$"Interval={n}", "WarmupSteps=2", .. Extrapolated], ", damped in σ"),
            .. Each("Spectrum", ["0.75", "1.5", "3"], a => [$"WindowGrowth={a}"]),
            .. Each("Spectrum", ["0.75", "1.5", "3"], a => [$"WindowGrowth={a}", "FreeLine=true"], ", line free"),
            .. Each("SeaCache", ["0.1", "0.2", "0.35"], t => [$"Threshold={t}", "MaximumConsecutiveSkips=null"]),
            .. Each("SeaCache", ["0.1", "0.2", "0.35"], t => [$"Threshold={t}", "MaximumConsecutiveSkips=null", "Signal=Latent"], ", on latents"),
            .. Each("SeaCache", ["0.1", "0.2", "0.35"], t => [$"Threshold={t}", "MaximumConsecutiveSkips=null", .. Forecast], ", Spectrum's forecast"),
            .. Each("EasyCache", ["0.05", "0.1", "0.2"], t => [$"Threshold={t}", "WarmupSteps=2"]),
            .. Each("DiCache", ["0.07", "0.12", "0.2"], t => [$"Threshold={t}", "RetentionRatio=0"]),
            .. Each("BlockCache", ["0.07", "0.12", "0.2"], t => [$"Threshold={t}"]),
            .. Each("H2Cache", ["0.12", "0.2"], t => [$"StructureThreshold={t}", $"DetailThreshold={t}"]),
        ];
    }

    /// <summary>The name of the row.</summary>
    public string Label => $"{Series}: {Settings}";

    private static IEnumerable<FrontEntry> Each(string policy, string[] values, Func<string, string[]> settings, string how = "") =>
        values.Select(v => Of(policy, settings(v)) with { Series = policy + how, Settings = settings(v)[0] });

    private static FrontEntry Of(string policy, params string[] settings)
    {
        var known = PolicyCatalog.Find(policy) ?? throw new ArgumentException($"There is no policy '{policy}'.");
        var options = known.CreateOptions();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (known.Options.Find(setting[..equals])?.TryWrite(options, setting[(equals + 1)..]) != true)
            {
                throw new ArgumentException($"{policy} has no setting '{setting}'.");
            }
        }

        return new FrontEntry(policy, string.Join(", ", settings), known.Create(options));
    }
}
