namespace CachePolicies.Diffusers;

/// <summary>What a pipeline adds to its scheduler's settings.</summary>
public sealed record SchedulerContext
{
    /// <summary>
    /// Whether the pipeline asks for noise levels evenly from 1 to 1/n, as those of FLUX, Qwen-Image and Z-Image do, and not for those that the scheduler has
    /// itself, as SD3's does. It concerns flow matching alone.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool EvenSigmas { get; init; }

    /// <summary>What σ is multiplied by to be the model's timestep in flow matching: 1,000 (SD3), or 1 (FLUX, whose model multiplies by 1,000 itself).</summary>
    /// <value>Finite, above 0. The default is 1,000.</value>
    public float TimestepScale { get; init; } = 1000;

    /// <summary>Whether the model predicts the velocity of flow matching; a scheduler for the other kind is refused.</summary>
    /// <value><see langword="null"/>, the default, takes any scheduler.</value>
    public bool? IsFlow { get; init; }
}
