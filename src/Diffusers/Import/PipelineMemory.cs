using System.Globalization;
using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>
/// What a pipeline needs in memory, by the sizes of its files: text encoders come and go one after the other before the stages are opened, the VAE comes
/// last; for a further prompt stages and VAE stay open where the budget allows. Intermediate results come on top.
/// </summary>
/// <param name="LargestEncoder">Bytes of the largest text encoder.</param>
/// <param name="Denoiser">Bytes of the denoiser's weights.</param>
/// <param name="Vae">Bytes of the VAE's decoder.</param>
/// <param name="Budget">The most bytes that are open together; <see langword="null"/> where nothing is closed.</param>
public sealed record PipelineMemory(long LargestEncoder, long Denoiser, long Vae, long? Budget = null)
{
    /// <summary>About the bytes of intermediate results that one evaluation of the stages takes; <see langword="null"/> where it was not estimated.</summary>
    public long? StagesResults { get; init; }

    /// <summary>About the bytes of intermediate results that decoding the picture takes; <see langword="null"/> where it was not estimated.</summary>
    public long? DecoderResults { get; init; }

    /// <summary>Whether stages and VAE stay open while a further prompt is encoded.</summary>
    public bool StaysOpen => Budget is null || LargestEncoder + Denoiser + Vae <= Budget;

    /// <summary>The most of them that are in memory together, further prompts included.</summary>
    public long Peak => StaysOpen
        ? LargestEncoder + Denoiser + Vae
        : new[] { LargestEncoder + Denoiser, Denoiser + Vae }.Where(pair => pair <= Budget).Append(Math.Max(LargestEncoder, Math.Max(Denoiser, Vae))).Max();

    /// <summary>The memory of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="budget">The most bytes that are open together; <see langword="null"/> where nothing is closed.</param>
    public static PipelineMemory Of(DiffusersFolder folder, long? budget = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        long Most(PartKind kind) => folder.Parts.Values.Where(p => p.Part.Kind == kind).Select(p => p.Bytes).DefaultIfEmpty(0).Max();
        return new(Most(PartKind.TextEncoder), folder.Denoiser.Bytes, Most(PartKind.VaeDecoder), budget);
    }

    /// <summary>The memory of a folder whose stages are cut, with an estimate of the intermediate results of one picture.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stages">Its stages.</param>
    /// <param name="size">The picture's size; its text has the family's usual length.</param>
    /// <param name="budget">The most bytes that are open together; <see langword="null"/> where nothing is closed.</param>
    public static PipelineMemory Of(DiffusersFolder folder, StagesFolder stages, PictureSize size, long? budget = null)
    {
        ArgumentNullException.ThrowIfNull(stages);
        return Of(folder, budget) with
        {
            StagesResults = IntermediateResults.OfStages(folder, stages.LayoutFor(folder, size)),
            DecoderResults = IntermediateResults.OfDecoder(folder, size),
        };
    }

    /// <summary>A size in words: <c>9.5 GB</c>.</summary>
    public static string InWords(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"weights in memory: text encoders up to {InWords(LargestEncoder)}, stages {InWords(Denoiser)}, VAE {InWords(Vae)}; at most {InWords(Peak)} at once, "
            + (StaysOpen ? "as stages and VAE stay open for further prompts" : "as they are closed for one another")
            + (StagesResults is { } stages ? $"; intermediate results on top: stages about {InWords(stages)}{(DecoderResults is { } decoder ? $", VAE about {InWords(decoder)}" : "")}" : "");
}
