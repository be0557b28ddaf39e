namespace CachePolicies.Policies;

/// <summary>The model families for which TeaCache's authors and its users published a polynomial.</summary>
public enum TeaCacheFamily
{
    /// <summary>FLUX.1.</summary>
    Flux,

    /// <summary>TangoFlux (audio); FLUX's polynomial.</summary>
    TangoFlux,

    /// <summary>HunyuanVideo.</summary>
    HunyuanVideo,

    /// <summary>LTX-Video.</summary>
    LtxVideo,

    /// <summary>Mochi 1.</summary>
    Mochi,

    /// <summary>Cosmos 1.0.</summary>
    Cosmos,

    /// <summary>CogVideoX-2b; reads the time embedding.</summary>
    CogVideoX2B,

    /// <summary>CogVideoX-5b and its image-to-video model; reads the time embedding.</summary>
    CogVideoX5B,

    /// <summary>CogVideoX 1.5; reads the time embedding.</summary>
    CogVideoX15,

    /// <summary>HiDream-I1 Full.</summary>
    HiDreamFull,

    /// <summary>Lumina-Next.</summary>
    LuminaNext,

    /// <summary>Wan 2.1 text-to-video, 1.3 billion parameters; reads the time embedding.</summary>
    Wan21Small,

    /// <summary>Wan 2.1 text-to-video, 14 billion parameters; reads the time embedding.</summary>
    Wan21Large,
}
