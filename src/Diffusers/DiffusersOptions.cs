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
}
