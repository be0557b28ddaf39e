using System.Collections.Immutable;

namespace CachePolicies.Diffusers;

/// <summary>What a part of a folder is.</summary>
public enum PartKind
{
    /// <summary>The graph that is evaluated at each step: <c>unet</c> or <c>transformer</c>.</summary>
    Denoiser,

    /// <summary>A graph that turns token ids into states.</summary>
    TextEncoder,

    /// <summary>The files of a tokenizer.</summary>
    Tokenizer,

    /// <summary>The graph that turns a latent into a picture.</summary>
    VaeDecoder,

    /// <summary>The graph that turns a picture into a latent.</summary>
    VaeEncoder,

    /// <summary><c>scheduler_config.json</c>.</summary>
    Scheduler,
}

/// <summary>A part that a pipeline is made of.</summary>
/// <param name="Name">The subfolder.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Purpose">What it is for, in words: "turns the prompt into the states that the denoiser attends to".</param>
/// <param name="IsRequired">Whether there is no picture without it.</param>
public sealed record PipelinePart(string Name, PartKind Kind, string Purpose, bool IsRequired = true)
{
    /// <summary>The outputs of a graph that the pipeline reads.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    internal bool IsGraph => Kind is PartKind.Denoiser or PartKind.TextEncoder or PartKind.VaeDecoder or PartKind.VaeEncoder;
}
