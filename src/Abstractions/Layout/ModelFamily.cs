namespace CachePolicies;

/// <summary>
/// The names of model families for which policies know published settings. A family is a text, so that there may be others; policies compare it
/// without regard to case. A model that was split by its graph alone has the name of the best-known model of its form (<c>flux</c>, <c>sd3</c>, <c>wan</c>,
/// <c>unet</c>, <c>dit</c>).
/// </summary>
public static class ModelFamily
{
    /// <summary>FLUX.1 (dev, schnell) and models trained from it.</summary>
    public const string Flux = "flux";

    /// <summary>Stable Diffusion 3 and 3.5.</summary>
    public const string StableDiffusion3 = "sd3";

    /// <summary>Stable Diffusion XL and its turbo models.</summary>
    public const string StableDiffusionXL = "sdxl";

    /// <summary>Stable Diffusion 1 and 2.</summary>
    public const string StableDiffusion = "sd";

    /// <summary>PixArt-α and PixArt-Σ.</summary>
    public const string PixArt = "pixart";

    /// <summary>Sana.</summary>
    public const string Sana = "sana";

    /// <summary>Qwen-Image.</summary>
    public const string QwenImage = "qwen-image";

    /// <summary>Z-Image.</summary>
    public const string ZImage = "z-image";

    /// <summary>Wan, of any size.</summary>
    public const string Wan = "wan";

    /// <summary>Wan 2.1 text-to-video, 1.3 billion parameters.</summary>
    public const string Wan21Small = "wan2.1-1.3b";

    /// <summary>Wan 2.1 text-to-video, 14 billion parameters.</summary>
    public const string Wan21Large = "wan2.1-14b";

    /// <summary>HunyuanVideo.</summary>
    public const string HunyuanVideo = "hunyuan-video";

    /// <summary>LTX-Video.</summary>
    public const string LtxVideo = "ltx-video";

    /// <summary>Mochi 1.</summary>
    public const string Mochi = "mochi";

    /// <summary>Cosmos 1.0.</summary>
    public const string Cosmos = "cosmos";

    /// <summary>CogVideoX-2b.</summary>
    public const string CogVideoX2B = "cogvideox-2b";

    /// <summary>CogVideoX-5b and its image-to-video model.</summary>
    public const string CogVideoX5B = "cogvideox-5b";

    /// <summary>CogVideoX 1.5.</summary>
    public const string CogVideoX15 = "cogvideox-1.5";

    /// <summary>HiDream-I1.</summary>
    public const string HiDream = "hidream";

    /// <summary>Lumina-Next.</summary>
    public const string LuminaNext = "lumina-next";

    /// <summary>TangoFlux (audio).</summary>
    public const string TangoFlux = "tangoflux";
}
