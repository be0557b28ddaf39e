using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>
/// The speed-ups here beside those that a simulation gave on a prototype of the sample model (from the work of the stages that were skipped, without their
/// checks), at the PSNR of the simulated ones.
/// </summary>
internal static class SimulationComparison
{
    private const double Asked = 0.9;

    private static readonly Simulated[] All =
    [
        new("H2-Cache", "τ1 0.12, τ2 0.12", 4.9, 40),
        new("H2-Cache", "τ1 0.2, τ2 0.2", 5.9, 37),
        new("TeaCache", "δ 0.2", 9.5, 46),
        new("TeaCache", "δ 0.3", 13, 40),
        new("DiCache", "δ 0.07", 3.1, 69),
        new("block cache", "τ 0.12", 4.0, 44),
    ];

    // The prototype's own control, simulated as well: this much faster at this many decibels.
    private static readonly (double Decibels, double Speedup)[] SimulatedControl =
        [(55.2, 2), (49.2, 3), (45.8, 4), (43.4, 5), (41.5, 5.9), (38, 8.3), (34.3, 12.5)];

    public static string Of(IReadOnlyList<ComparedRow> rows, ControlCurve control)
    {
        var table = new TextTable(
            new TableColumn("policy", ColumnAlignment.Left),
            new TableColumn("simulated", ColumnAlignment.Left),
            new TableColumn("at dB"),
            new TableColumn("speed-up simulated"),
            new TableColumn("as simulated known / new"),
            new TableColumn("share of simulated"),
            new TableColumn("best settings known / new"),
            new TableColumn("share of simulated"),
            new TableColumn("control simulated"),
            new TableColumn("control known / new"));
        foreach (var simulated in All.Where(s => rows.Any(r => r.Entry.Policy == s.Policy)))
        {
            var own = rows.Where(r => r.Entry.Policy == simulated.Policy).ToArray();
            Add(table, simulated, [.. own.Where(r => r.Entry.IsPlain)], own, control);
        }

        var text = new StringBuilder("## Beside the simulation\n\n");
        text.Append("Speed-ups at equal PSNR, interpolated in the sweep (linear in their logarithm, among rows of which none is better in both); the simulation had known prompts of a prototype of the model. ");
        text.Append("As simulated: rows with plain reuse and no steps forced but those of the paper. Best settings: all rows of the policy, extrapolated, aligned and forced ones among them. ");
        text.Append(Invariant($"Shares are of known prompts; {Asked:P0} was asked for. ≥: every row of the sweep is better than that, so that more is possible; –: no row is as good. "));
        text.Append("The control shows how far the two models differ by themselves.\n\n").Append(table.ToMarkdown());
        return text.Append(H2CacheAt36(rows)).ToString();
    }

    private static void Add(TextTable table, Simulated simulated, ComparedRow[] plain, ComparedRow[] all, ControlCurve control)
    {
        var (plainKnown, plainNew) = (SpeedupAt(plain, false, simulated.Decibels), SpeedupAt(plain, true, simulated.Decibels));
        var (bestKnown, bestNew) = (SpeedupAt(all, false, simulated.Decibels), SpeedupAt(all, true, simulated.Decibels));
        table.AddRow(
            simulated.Policy,
            simulated.Settings,
            Invariant($"{simulated.Decibels:F0}"),
            Invariant($"{simulated.Speedup:F1}×"),
            $"{Text(plainKnown)} / {Text(plainNew)}",
            Share(plainKnown, simulated),
            $"{Text(bestKnown)} / {Text(bestNew)}",
            Share(bestKnown, simulated),
            Text(Interpolation.RatioAt(SimulatedControl, simulated.Decibels)),
            $"{Text(Interpolation.RatioAt(control.Speedups(onNew: false), simulated.Decibels))} / {Text(Interpolation.RatioAt(control.Speedups(onNew: true), simulated.Decibels))}");
    }

    private static string H2CacheAt36(IReadOnlyList<ComparedRow> rows)
    {
        var own = rows.Where(r => r.Entry.Policy == "H2-Cache").ToArray();
        return own.Length == 0 ? "" : $"\nH2-Cache at 36 dB: {Text(SpeedupAt(own, false, 36))} on known and {Text(SpeedupAt(own, true, 36))} on new prompts; at least 4.5× was asked for.\n";
    }

    private static AtQuality SpeedupAt(IEnumerable<ComparedRow> rows, bool onNew, double decibels) =>
        Interpolation.RatioAt(rows.Select(r => (onNew ? r.Psnr.New : r.Psnr.Known, r.Speedup)), decibels);

    private static string Share(AtQuality reached, Simulated simulated) =>
        double.IsNaN(reached.Ratio) ? "–" : Invariant($"{Bound(reached)}{100 * reached.Ratio / simulated.Speedup:F0} %");

    private static string Text(AtQuality reached) => double.IsNaN(reached.Ratio) ? "–" : Invariant($"{Bound(reached)}{reached.Ratio:F2}×");

    private static string Bound(AtQuality reached) => reached.IsLowerBound ? "≥ " : "";

    /// <summary>A figure of the simulation.</summary>
    private sealed record Simulated(string Policy, string Settings, double Speedup, double Decibels);
}
