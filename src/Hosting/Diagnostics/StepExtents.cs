using CachePolicies.Engine;
using CachePolicies.Reporting;

namespace CachePolicies.Hosting;

/// <summary>How much of a step was computed, in the words that people use.</summary>
public static class StepExtents
{
    /// <summary>
    /// Full where every stage ran; skipped where no block did, which is every stage between the boundaries <c>embedded</c> and <c>detail</c> (the embedding
    /// and the head cost next to nothing); else partial. A layout without these boundaries has nothing but blocks.
    /// </summary>
    public static StepExtent ExtentOf(this EvaluationRecord record, DenoiserLayout layout)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(layout);
        var first = Math.Max(0, layout.IndexOf(BoundaryRole.Embedded));
        var last = layout.IndexOf(BoundaryRole.Detail);
        var blocks = StageSet.Between(first, last < 0 ? layout.Stages.Length : last);
        return record.ComputedStages.Count == record.StageCount ? StepExtent.Full
            : (record.ComputedStages.Bits & blocks.Bits) == 0 ? StepExtent.Skipped
            : StepExtent.Partial;
    }
}
