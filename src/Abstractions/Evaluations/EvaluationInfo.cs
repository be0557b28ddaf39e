namespace CachePolicies;

/// <summary>One call of the denoiser within a generation.</summary>
/// <param name="Index">From 0; counts evaluations of the denoiser, not sampler steps.</param>
/// <param name="Count">How many there will be.</param>
/// <param name="Timestep">What the model is told as its timestep, in the model's own unit.</param>
/// <param name="Sigma">The noise level that the sampler is at: 1 … 0 for flow matching, √(1 − ᾱ) for ε-prediction.</param>
public readonly record struct EvaluationInfo(int Index, int Count, float Timestep, float Sigma)
{
    private readonly CleanEstimate? _clean;

    /// <summary>The noise level of the next evaluation, 0 after the last one; NaN, the default, where nobody says.</summary>
    public float NextSigma { get; init; } = float.NaN;

    /// <summary>How the clean picture is estimated from the latent and the output. The default is that of flow matching: x = z − σ · v.</summary>
    public CleanEstimate Clean
    {
        get => _clean ?? new CleanEstimate(1, -Sigma);
        init => _clean = value;
    }

    /// <summary>Whether this is the first evaluation of the generation.</summary>
    public bool IsFirst => Index == 0;

    /// <summary>Whether this is the last evaluation of the generation.</summary>
    public bool IsLast => Index == Count - 1;
}

/// <summary>The clean picture as a sum of latent and output: <c>x = Latent · z + Output · o</c>.</summary>
/// <param name="Latent">a: 1 for flow matching, 1/α where the model predicts noise, α where it predicts v.</param>
/// <param name="Output">b: −σ for flow matching, −σ/α where the model predicts noise, −σ where it predicts v, 1 where it predicts the picture.</param>
public readonly record struct CleanEstimate(float Latent, float Output);
