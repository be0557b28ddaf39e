using CachePolicies.Engine;

namespace CachePolicies.Comparison;

/// <summary>
/// A letter for what an evaluation computed: <c>C</c> everything. Under a policy with two stages <c>d</c> says that the detail was reused and
/// <c>h</c> that the structure was, too; under any other <c>r</c> says that something was reused.
/// </summary>
public static class StepLetters
{
    /// <summary>Everything was computed.</summary>
    public const char Computed = 'C';
    /// <summary>Something was reused.</summary>
    public const char Reused = 'r';
    /// <summary>The detail was reused.</summary>
    public const char DetailReused = 'd';
    /// <summary>Structure and detail were reused.</summary>
    public const char BothReused = 'h';

    /// <summary>What the letters of a run mean, those that occur.</summary>
    /// <param name="letters">The run, one letter per evaluation.</param>
    public static string Explain(string letters)
    {
        ArgumentNullException.ThrowIfNull(letters);
        (char Letter, string Meaning)[] known =
        [
            (Computed, "computed in full"),
            (DetailReused, "structure computed, detail reused"),
            (BothReused, "structure and detail reused"),
            (Reused, "stages reused"),
        ];
        return string.Join("; ", known.Where(k => letters.Contains(k.Letter, StringComparison.Ordinal)).Select(k => $"{k.Letter} {k.Meaning}"));
    }

    /// <summary>The letter of an evaluation.</summary>
    public static char Of(EvaluationRecord record, bool hasTwoStages, DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(layout);
        if (record.Share == ComputedShare.Full)
        {
            return Computed;
        }

        if (!hasTwoStages)
        {
            return Reused;
        }

        // The structure is whole when the stage that ends it ran: a skip over it leads there or past it.
        var structure = layout.IndexOf(BoundaryRole.Structure);
        return structure > 0 && record.ComputedStages.Contains(structure - 1) ? DetailReused : BothReused;
    }
}
