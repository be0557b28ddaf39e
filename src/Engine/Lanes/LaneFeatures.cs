namespace CachePolicies.Engine;

/// <summary>The tensors of the evaluation that is under way, by boundary; owns a lease on each.</summary>
internal sealed class LaneFeatures(CompiledPlan plan)
{
    private readonly FeatureTensor?[][] _tensors = [.. plan.Layout.Boundaries.Select(b => new FeatureTensor?[b.Tensors.Length])];

    /// <summary>A tensor that exists.</summary>
    public FeatureTensor this[Slot slot]
    {
        get => _tensors[slot.Boundary][slot.Tensor]!;
        set => _tensors[slot.Boundary][slot.Tensor] = value;
    }

    /// <summary>The tensors at a boundary, as far as they exist.</summary>
    public FeatureTensor?[] At(int boundary) => _tensors[boundary];

    /// <summary>Lets go what nobody reads once the stage that follows a boundary has run.</summary>
    public void ReleaseAfterNextStage(int boundary)
    {
        var tensors = _tensors[boundary];
        for (var i = 0; i < tensors.Length; i++)
        {
            if (plan.Lifetimes.EndsWithNextStage(boundary, i))
            {
                Leases.Release(ref tensors[i]);
            }
        }
    }

    public void ReleaseAll()
    {
        foreach (var tensors in _tensors)
        {
            Leases.ReleaseAll(tensors);
        }
    }
}
