using System.Globalization;

namespace CachePolicies.Diffusers;

/// <summary>
/// What a pipeline needs in memory, by the sizes of its files: text encoders come and go one after the other before the stages are opened, the VAE comes
/// last. Intermediate results come on top.
/// </summary>
/// <param name="LargestEncoder">Bytes of the largest text encoder.</param>
/// <param name="Denoiser">Bytes of the denoiser's weights.</param>
/// <param name="Vae">Bytes of the VAE's decoder.</param>
public sealed record PipelineMemory(long LargestEncoder, long Denoiser, long Vae)
{
    /// <summary>The most of them that are in memory together.</summary>
    public long Peak => Math.Max(LargestEncoder, Denoiser + Vae);

    /// <summary>The memory of a folder.</summary>
    public static PipelineMemory Of(DiffusersFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        long Most(PartKind kind) => folder.Parts.Values.Where(p => p.Part.Kind == kind).Select(p => p.Bytes).DefaultIfEmpty(0).Max();
        return new(Most(PartKind.TextEncoder), folder.Denoiser.Bytes, Most(PartKind.VaeDecoder));
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
        $"weights in memory at once: text encoders up to {InWords(LargestEncoder)}, then stages {InWords(Denoiser)} and VAE {InWords(Vae)}; at most {InWords(Peak)}";
}
