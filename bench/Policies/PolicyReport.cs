using System.Text;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The report of the sweep, as far as it has come.</summary>
internal static class PolicyReport
{
    public static string Of(SampleModel model, PolicyComparison comparison)
    {
        var rows = comparison.Rows.ToArray();
        var text = new StringBuilder("# Policies on the sample model\n\n");
        text.Append(Invariant($"{comparison.Steps} steps, guidance {SampleModel.Guidance}, {comparison.Prompts} prompts, {model.Description} "));
        text.Append(Invariant($"Uncached: {comparison.UncachedSeconds * 1000:F0} ms a picture (median).\n\n"));
        text.Append(ComparisonTable.Legend).Append("\n\n").Append(ComparisonTable.Of(rows));
        text.Append('\n').Append(ComparisonTable.LeastRealised(rows));
        text.Append("\n## Above their control\n\nRows that beat their control on known and on new prompts.\n\n").Append(ComparisonTable.AboveControl(rows));
        text.Append('\n').Append(SimulationComparison.Of(rows, comparison.Control));
        return text.ToString();
    }
}
