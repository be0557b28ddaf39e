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

/// <summary>One call of the denoiser within a generation.</summary>
/// <param name="Index">From 0; counts evaluations of the denoiser, not sampler steps.</param>
/// <param name="Count">How many there will be.</param>
/// <param name="Timestep">What the model is told as its timestep, in the model's own unit.</param>
/// <param name="Sigma">The noise level that the sampler is at: 1 … 0 for flow matching, √(1 − ᾱ) for ε-prediction.</param>
public readonly record struct EvaluationInfo(int Index, int Count, float Timestep, float Sigma)
{
    /// <summary>Whether this is the first evaluation of the generation.</summary>
    public bool IsFirst => Index == 0;

    /// <summary>Whether this is the last evaluation of the generation.</summary>
    public bool IsLast => Index == Count - 1;
}
