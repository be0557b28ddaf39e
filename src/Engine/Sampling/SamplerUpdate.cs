using System.Collections.Immutable;

namespace CachePolicies.Engine;

/// <summary>
/// What follows an evaluation. First the estimate is made: <c>e₀ = p·z + q·o</c>, limited to a range where <see cref="EstimateLimit"/> is finite. Then
/// the next latent: <c>z' = a·z + h·w + d·o + Σ_j b_j·e_j + c·n</c>, and, where <see cref="Anchor"/> is given, the next anchor <c>w'</c> likewise. Here
/// <c>z</c> is the latent, <c>o</c> the guided output of the denoiser, <c>w</c> the anchor (an earlier latent that the solver holds), <c>e_j</c> the
/// estimate of the j-th last evaluation that kept one, this evaluation's first, and <c>n</c> fresh standard normal noise.
/// </summary>
/// <param name="LatentWeight">a.</param>
/// <param name="EstimateWeights">b_0, b_1, …: this evaluation's estimate first; may be empty.</param>
public sealed record SamplerUpdate(float LatentWeight, ImmutableArray<float> EstimateWeights)
{
    /// <summary>h: the weight of the anchor. The default is 0: the anchor is not read.</summary>
    public float AnchorWeight { get; init; }

    /// <summary>d: the weight of the guided output itself, where the estimate alone does not say all. The default is 0.</summary>
    public float OutputWeight { get; init; }

    /// <summary>c: the weight of fresh noise. The default is 0: none is drawn.</summary>
    public float NoiseWeight { get; init; }

    /// <summary>p: the weight of the latent in the estimate. The default is 0.</summary>
    public float EstimateLatentWeight { get; init; }

    /// <summary>q: the weight of the output in the estimate. The default is 1: the estimate is the output.</summary>
    public float EstimateOutputWeight { get; init; } = 1;

    /// <summary>The largest magnitude of an element of the estimate, above 0. The default is +∞: no limit.</summary>
    public float EstimateLimit { get; init; } = float.PositiveInfinity;

    /// <summary>Whether the estimate counts as one of the earlier estimates of later evaluations. The default is <see langword="true"/>.</summary>
    public bool KeepsEstimate { get; init; } = true;

    /// <summary>What becomes of the anchor; <see langword="null"/>, the default, leaves it as it is.</summary>
    public AnchorUpdate? Anchor { get; init; }
}

/// <summary>The next anchor: <c>w' = a·z + h·w + Σ_j b_j·e_j</c>, in the terms of <see cref="SamplerUpdate"/>.</summary>
/// <param name="LatentWeight">a.</param>
/// <param name="AnchorWeight">h.</param>
/// <param name="EstimateWeights">b_0, b_1, …; may be empty.</param>
public sealed record AnchorUpdate(float LatentWeight, float AnchorWeight, ImmutableArray<float> EstimateWeights)
{
    /// <summary>The anchor becomes the latent as it was before the update.</summary>
    public static AnchorUpdate HoldLatent { get; } = new(1, 0, []);
}
