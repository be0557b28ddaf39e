namespace CachePolicies.Splitting;

/// <summary>The architecture of a denoiser, told by its structure.</summary>
public enum DenoiserFamily
{
    /// <summary>Blocks with a stream for the image and one for the text, then blocks with one stream of both, as FLUX.</summary>
    DualThenSingleStream,

    /// <summary>Blocks with a stream for the image and one for the text, as SD3.</summary>
    DualStream,

    /// <summary>One stack of blocks on image tokens; text comes in by cross-attention or with the conditioning, as PixArt and DiT.</summary>
    SingleStream,

    /// <summary>One stack of blocks on the tokens of a video, as Wan.</summary>
    Video,

    /// <summary>An encoder, a middle and a decoder with skip connections, as Stable Diffusion.</summary>
    UNet,
}

/// <summary>Names of families.</summary>
public static class DenoiserFamilyNames
{
    /// <summary>The name that manifests carry: that of the family's best-known member.</summary>
    public static string ToName(this DenoiserFamily family) => family switch
    {
        DenoiserFamily.DualThenSingleStream => "flux",
        DenoiserFamily.DualStream => "sd3",
        DenoiserFamily.SingleStream => "dit",
        DenoiserFamily.Video => "wan",
        DenoiserFamily.UNet => "unet",
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Not a family of denoisers."),
    };
}
