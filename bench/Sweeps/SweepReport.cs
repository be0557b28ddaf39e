using System.Text;
using CachePolicies.Reporting;
using static System.FormattableString;

namespace CachePolicies.Bench;

/// <summary>The parts of a report on a comparison, known prompts and new combinations of words apart.</summary>
internal static class SweepReport
{
    /// <summary>What the columns mean.</summary>
    public static string Legend { get; } =
        $"```\n{string.Join('\n', ComparisonTable.Legend)}\nknown / new            prompts that the model was trained on / new combinations of their words\n```";

    /// <summary>What was run, and on what.</summary>
    public static string Conditions(SampleModel model, ComparisonResults results)
    {
        var drawn = results.Uncached.Runs.Count;
        var note = ComparisonTable.NoteOnClock(results);
        return Invariant($"{results.Steps} steps, guidance {results.Guidance}, {drawn} pictures, {model.Clock.Name}. {results.Conditions}. Weights {results.Conditions.Fingerprint}.")
            + (note.Length == 0 ? "" : $"\n\n{note}");
    }

    /// <summary>The table of policies.</summary>
    public static string Table(SampleModel model, ComparisonResults results) => ComparisonTable.Of(results, model.Groups).ToMarkdown();

    /// <summary>For each policy, which of its rows beat their control on known and on new prompts, and which is the fastest of them.</summary>
    public static string AboveControl(SampleModel model, ComparisonResults results)
    {
        var text = new StringBuilder();
        foreach (var policy in results.Policies.GroupBy(r => r.Policy))
        {
            var above = policy.Where(r => model.Groups.All(g => results.AboveControl(r, g.Holds) > 0)).ToArray();
            text.Append(Invariant($"- **{policy.Key}**: {above.Length} of {policy.Count()}"));
            text.Append(above.MaxBy(results.CredibleSpeedupOf) is { } fastest
                ? Invariant($"; the fastest is {fastest.Label} ({ShortSettings.Of(fastest.Policy, fastest.Options)}): {Figures.Times(results.CredibleSpeedupOf(fastest))} at {Psnr(model, fastest)}, {Above(model, results, fastest)}.\n")
                : ".\n");
        }

        return text.ToString();
    }

    /// <summary>How near fewer uncached steps come to all of them.</summary>
    public static string Controls(SampleModel model, ComparisonResults results)
    {
        var table = new TextTable(new TableColumn("steps"), new TableColumn("speed-up"), new TableColumn($"PSNR {string.Join(" / ", model.Groups.Select(g => g.Name))}"));
        foreach (var control in results.Controls)
        {
            table.AddRow(Invariant($"{control.Steps}"), Figures.Times(control.Ideal), Psnr(model, control));
        }

        return table.ToMarkdown();
    }

    /// <summary>Every setting of every row, defaults among them.</summary>
    public static string Settings(ComparisonResults results) =>
        string.Concat(results.Policies.Select(r => $"- {r.Label}: {string.Join(", ", r.Settings.Where(s => !s.EndsWith("=null", StringComparison.Ordinal)))}\n"));

    /// <summary>The PSNR of a row on known and on new prompts.</summary>
    public static string Psnr(SampleModel model, ComparedRow row) => Figures.Decibels([.. model.Groups.Select(g => ComparedRow.MeanPsnr(row.Runs.Where(g.Holds)))]);

    /// <summary>How far a row is above its control on known and on new prompts.</summary>
    public static string Above(SampleModel model, ComparisonResults results, ComparedRow row) => Figures.Difference([.. model.Groups.Select(g => results.AboveControl(row, g.Holds))]);
}
