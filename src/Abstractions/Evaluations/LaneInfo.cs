namespace CachePolicies;

/// <summary>A pass of classifier-free guidance.</summary>
public enum GuidanceBranch
{
    /// <summary>The pass with the prompt; the only one where there is no guidance.</summary>
    Conditional,

    /// <summary>The pass without the prompt.</summary>
    Unconditional,

    /// <summary>
    /// A further pass: with a part of the conditioning dropped, with layers skipped or attention perturbed. Where a method has several, they are
    /// numbered on from here: <c>GuidanceBranch.Further + 1</c> is the next.
    /// </summary>
    Further,
}

/// <summary>One sample of a batch in one guidance branch of one generation. Lanes share nothing.</summary>
/// <param name="Sample">The sample's position in the batch, from 0.</param>
/// <param name="Branch">The guidance branch.</param>
/// <param name="EvaluationCount">How many evaluations of the denoiser this lane will see; a second-order sampler evaluates twice a step.</param>
public readonly record struct LaneInfo(int Sample, GuidanceBranch Branch, int EvaluationCount)
{
    /// <inheritdoc/>
    public override string ToString() => $"sample {Sample}, {Branch switch
    {
        GuidanceBranch.Conditional => "conditional",
        GuidanceBranch.Unconditional => "unconditional",
        GuidanceBranch.Further => "further pass",
        var further => $"further pass {further - GuidanceBranch.Further + 1}",
    }}";
}
