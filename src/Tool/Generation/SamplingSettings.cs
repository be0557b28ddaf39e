using CachePolicies.TextToImage;

namespace CachePolicies.Tool;

/// <summary>How pictures are made, and with what model.</summary>
/// <param name="Picture">Everything but the prompt and the seed; what is not given is as the model has it.</param>
/// <param name="Model">The model's folder.</param>
/// <param name="Provider">The execution provider.</param>
/// <param name="Threads">Threads of the CPU provider, or <see langword="null"/> for one for each processor.</param>
/// <param name="Scheduler">A scheduler_config.json in place of the folder's, or <see langword="null"/>.</param>
internal sealed record SamplingSettings(PictureRequest Picture, string Model, string Provider, int? Threads, string? Scheduler)
{
    /// <summary>The most memory of features and intermediate results, in GiB; <see langword="null"/> for what suits the model.</summary>
    public double? MemoryLimit { get; init; }
}
