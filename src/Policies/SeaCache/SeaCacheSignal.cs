namespace CachePolicies.Policies;

/// <summary>What SeaCache looks at.</summary>
public enum SeaCacheSignal
{
    /// <summary>The first block's modulated input, as published. What is skipped are the blocks.</summary>
    Feature,

    /// <summary>The latent, as in diffusers: decided before anything runs, on any model. What is skipped is the whole denoiser.</summary>
    Latent,
}
