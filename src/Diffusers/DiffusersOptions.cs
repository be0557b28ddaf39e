using CachePolicies.TextToImage;

namespace CachePolicies.Diffusers;

/// <summary>How a pipeline's folder is run.</summary>
public sealed class DiffusersOptions
{
    /// <summary>A <c>scheduler_config.json</c> in place of the folder's.</summary>
    /// <value><see langword="null"/>, the default, for the folder's.</value>
    public string? SchedulerPath { get; set; }

    /// <summary>The most bytes of encoded texts that are kept for the next request with the same words.</summary>
    /// <value>At least 0. The default is 256 MB.</value>
    public long EncodedTextBytes { get; set; } = 256L << 20;

    /// <summary>Pictures of more pixels are decoded in tiles.</summary>
    /// <value>At least 0. The default is 1536 · 1536.</value>
    public long TilesAbovePixels { get; set; } = 1536 * 1536;

    /// <summary>
    /// The most bytes of weights that text encoders, stages and VAE have open together. Before one of them is opened, the VAE and then the stages are closed
    /// where they would not fit beside it, and opened again when they are needed: a new prompt then takes longer. Texts that were encoded before need no
    /// encoder. What is larger alone is opened alone.
    /// </summary>
    /// <value>
    /// At least 0; 0 has one part open at a time. <see langword="null"/>, the default, for <see cref="Backends.OnnxRuntime.OnnxRuntimeOptions.MemoryLimit"/>,
    /// and without one on the processor for four fifths of the memory that the process may use; on other devices nothing is closed then.
    /// </value>
    public long? MemoryBudget { get; set; }
}
