namespace CachePolicies.Reporting;

/// <summary>A format of picture files. The extension of a file names it.</summary>
public enum PictureFormat
{
    /// <summary>PNG: lossless. <c>.png</c>.</summary>
    Png,

    /// <summary>JPEG at quality 95: lossy. <c>.jpg</c>, <c>.jpeg</c>.</summary>
    Jpeg,

    /// <summary>WebP: lossless, and smaller than PNG. <c>.webp</c>.</summary>
    Webp,

    /// <summary>GIF: 256 colours, and the only one that holds an animation. <c>.gif</c>.</summary>
    Gif,
}
