using System.Globalization;
using System.Text.Json.Nodes;

namespace CachePolicies.Tool;

/// <summary>How well what replay expected of settings agrees with what generations on other seeds measured.</summary>
/// <param name="Settings">How many settings were compared.</param>
/// <param name="Speedup">Measured over expected speed-up, the mean.</param>
/// <param name="WorstSpeedup">Measured over expected speed-up, where it is furthest from 1.</param>
/// <param name="Cached">How far the measured and the expected part of evaluations that reused something are apart, the mean.</param>
/// <param name="Ranks">Spearman's rank correlation of expected and measured error; NaN for fewer than three settings.</param>
internal sealed record Agreement(int Settings, double Speedup, double WorstSpeedup, double Cached, double Ranks)
{
    /// <summary>The agreement over verified settings, at least one.</summary>
    public static Agreement Of(IReadOnlyList<TunedSetting> verified)
    {
        double[] ratios = [.. verified.Select(v => v.Speedup / v.Screened.Speedup)];
        return new Agreement(
            verified.Count,
            ratios.Average(),
            ratios.MaxBy(r => Math.Abs(Math.Log(r))),
            verified.Average(v => Math.Abs(v.Cached - v.Screened.Cached)),
            Statistics.RankCorrelation([.. verified.Select(v => v.Screened.Error)], [.. verified.Select(v => v.Row.LatentError)]));
    }

    public JsonObject ToJson() => new()
    {
        ["settings"] = Settings,
        ["speedup"] = JsonLine.Rounded(Speedup, 4),
        ["worstSpeedup"] = JsonLine.Rounded(WorstSpeedup, 4),
        ["cached"] = JsonLine.Figure(Cached, 4),
        ["errorRanks"] = double.IsNaN(Ranks) ? null : JsonLine.Rounded(Ranks, 4),
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Replay against generations, {Settings} settings: measured speed-up {Speedup:0.00} of the expected on average, {WorstSpeedup:0.00} at worst; cached evaluations {100 * Cached:0.0} % apart{(double.IsNaN(Ranks) ? "" : string.Create(CultureInfo.InvariantCulture, $"; rank correlation of the errors {Ranks:0.00}"))}.");
}
