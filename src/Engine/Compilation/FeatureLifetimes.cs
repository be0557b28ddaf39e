using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>How long the tensors of an evaluation are needed: until the last stage that reads them, or until it ends where the plan uses them.</summary>
internal sealed class FeatureLifetimes
{
    private readonly ImmutableArray<bool> _isUsedByPlan;

    /// <summary>By boundary and tensor, the last stage that reads it, or <see langword="null"/>.</summary>
    private readonly ImmutableArray<int?[]> _lastReaders;

    public FeatureLifetimes(CachePlan plan)
    {
        var used = UsedBy(plan).ToHashSet();
        _isUsedByPlan = [.. plan.Layout.Boundaries.Select(b => used.Contains(b.Index))];
        _lastReaders = LastReaders(plan.Layout);
    }

    /// <summary>Whether a tensor is not needed any more once the stage that follows its boundary has run.</summary>
    public bool EndsWithNextStage(int boundary, int tensor) =>
        !_isUsedByPlan[boundary] && (_lastReaders[boundary][tensor] ?? boundary) <= boundary;

    /// <summary>The boundaries whose state is measured, kept or added to, and the output.</summary>
    private static IEnumerable<int> UsedBy(CachePlan plan) =>
        plan.Measurements.SelectMany(m => new int?[] { m.Boundary, m.ResidualBase })
            .Concat(plan.Kept.SelectMany(k => new[] { k.To, k.Base, k.Probe }))
            .OfType<int>()
            .Append(plan.Layout.Output.Index);

    private static ImmutableArray<int?[]> LastReaders(DenoiserLayout layout)
    {
        ImmutableArray<int?[]> last = [.. layout.Boundaries.Select(b => new int?[b.Tensors.Length])];
        for (var stage = 0; stage < layout.Stages.Length; stage++)
        {
            foreach (var read in layout.ReadsOf(stage))
            {
                if (read.IsAtBoundary)
                {
                    last[read.Boundary][read.Tensor] = stage;
                }
            }
        }

        return last;
    }
}
