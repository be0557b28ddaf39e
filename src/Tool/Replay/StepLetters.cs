using CachePolicies.Engine;

namespace CachePolicies.Tool;

/// <summary>
/// A letter for what an evaluation computed: <c>C</c> everything. Under a policy with two stages <c>d</c> says that the detail was reused and
/// <c>h</c> that the structure was, too; under any other <c>r</c> says that something was reused.
/// </summary>
internal static class StepLetters
{
    public const char Computed = 'C';
    public const char Reused = 'r';
    public const char DetailReused = 'd';
    public const char BothReused = 'h';

    public static char Of(EvaluationRecord record, PolicyEntry policy, DenoiserLayout layout)
    {
        if (record.Share == ComputedShare.Full)
        {
            return Computed;
        }

        if (!policy.HasTwoStages)
        {
            return Reused;
        }

        // The structure is whole when the stage that ends it ran: a skip over it leads there or past it.
        var structure = layout.IndexOf(BoundaryRole.Structure);
        return structure > 0 && record.ComputedStages.Contains(structure - 1) ? DetailReused : BothReused;
    }
}
